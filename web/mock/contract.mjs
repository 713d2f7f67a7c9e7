// A small OpenAPI document for the mock: enough kinds of routes to work on the API page. The contract itself is
// api/openapi.yaml, which the binary serves.
const json = (schema, example) => ({ 'application/json': { schema, ...(example === undefined ? {} : { example }) } });
const ref = (name) => ({ $ref: `#/components/schemas/${name}` });

export const contract = {
  openapi: '3.1.0',
  info: { title: 'Jangteo (mock)', version: '0.1.0', description: 'Live commerce in one binary. Amounts are whole minor units of their currency.' },
  tags: [
    { name: 'products', description: 'The catalogue.' },
    { name: 'orders', description: 'Orders and the saga that carries them.' },
  ],
  paths: {
    '/api/products': {
      get: {
        tags: ['products'],
        summary: 'List products',
        parameters: [
          { name: 'limit', in: 'query', description: 'How many, 1 to 100.', schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } },
          { name: 'cursor', in: 'query', description: 'nextCursor of the page before.', schema: { type: 'string' } },
        ],
        responses: { 200: { description: 'One page of products.', content: json({ type: 'object', properties: { data: { type: 'array', items: ref('Product') }, hasMore: { type: 'boolean' }, nextCursor: { type: ['string', 'null'] } } }) } },
      },
    },
    '/api/orders': {
      post: {
        tags: ['orders'],
        summary: 'Place an order',
        description: 'Answers as soon as the order is durable; the saga goes on behind it.',
        parameters: [{ name: 'Idempotency-Key', in: 'header', description: 'The same key is the same order, however often it is sent.', schema: { type: 'string', maxLength: 255 } }],
        requestBody: { required: true, content: json(ref('NewOrder'), { items: [{ productId: 'prd_0001', quantity: 1 }], payment: { method: 'card', token: 'tok_ok' } }) },
        responses: {
          201: { description: 'Placed.', content: json(ref('Order')) },
          409: { description: 'Nothing available (out_of_stock).', content: { 'application/problem+json': { schema: ref('Problem') } } },
        },
      },
    },
    '/api/orders/{id}': {
      get: {
        tags: ['orders'],
        summary: 'Read an order with its timeline',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: { description: 'The order.', content: json(ref('Order')) } },
      },
    },
    '/healthz': { get: { summary: 'Is the process alive', responses: { 200: { description: 'Yes.' } } } },
  },
  components: {
    schemas: {
      Money: { type: 'object', required: ['amount', 'currency'], properties: { amount: { type: 'integer', format: 'int64', example: 1299, description: 'Minor units.' }, currency: { type: 'string', example: 'KRW' } } },
      Product: { type: 'object', properties: { id: { type: 'string', example: 'prd_0001' }, name: { type: 'string', example: 'Tea bowl' }, price: ref('Money') } },
      NewOrder: {
        type: 'object',
        required: ['items'],
        properties: {
          items: { type: 'array', description: 'What is bought.', items: { type: 'object', properties: { productId: { type: 'string' }, quantity: { type: 'integer', minimum: 1 } } } },
          payment: { type: 'object', description: 'A test card by its token.', properties: { method: { enum: ['card'] }, token: { type: 'string', example: 'tok_ok' } } },
        },
      },
      Order: { type: 'object', properties: { id: { type: 'string', example: 'ord_0001' }, status: { enum: ['pending', 'confirmed', 'rejected', 'cancelled'] }, total: ref('Money') } },
      Problem: { type: 'object', properties: { code: { type: 'string', example: 'out_of_stock' }, status: { type: 'integer', example: 409 }, detail: { type: 'string' } } },
    },
  },
};
