import { describe, expect, it } from 'vitest';
import { curlLine, matchingGroups, readContract } from './openapi';

const document = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1.2', description: 'words' },
  tags: [{ name: 'orders', description: 'buying' }, { name: 'empty' }],
  paths: {
    '/api/orders': {
      parameters: [{ $ref: '#/components/parameters/Key' }],
      post: {
        tags: ['orders'],
        summary: 'Place an order',
        requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/NewOrder' } } } },
        responses: {
          '201': { description: 'placed', content: { 'application/json': { example: { id: 'ord_1' } } } },
          '409': { $ref: '#/components/responses/Conflict' },
        },
      },
    },
    '/healthz': { get: { responses: { '200': { description: 'alive' } } } },
  },
  components: {
    parameters: { Key: { name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string' }, description: 'once' } },
    responses: { Conflict: { description: 'refused', content: { 'application/problem+json': { schema: { type: 'object', properties: { code: { const: 'out_of_stock' } } } } } } },
    schemas: {
      Money: { type: 'object', properties: { amount: { type: 'integer', minimum: 0 }, currency: { enum: ['KRW', 'USD'] } } },
      Base: { type: 'object', required: ['items'], properties: { items: { type: 'array', items: { type: 'object', properties: { productId: { type: 'string', example: "prd_o'1" } } } } } },
      NewOrder: { allOf: [{ $ref: '#/components/schemas/Base' }], properties: { tip: { $ref: '#/components/schemas/Money' }, note: { type: ['string', 'null'] }, self: { $ref: '#/components/schemas/NewOrder' } } },
    },
  },
};

describe('contract', () => {
  const contract = readContract(document, 'other');
  const order = contract.groups[0]!.routes[0]!;

  it('groups routes by tag in the order of the document and keeps those without one', () => {
    expect(contract.groups.map((group) => `${group.tag}: ${group.routes.map((route) => route.path)}`)).toEqual(['orders: /api/orders', 'other: /healthz']);
    expect(contract).toMatchObject({ title: 'Shop', version: '1.2', description: 'words' });
  });

  it('follows references to parameters, answers and schemas', () => {
    expect(order.parameters).toEqual([{ name: 'Idempotency-Key', place: 'header', required: true, type: 'string', description: 'once' }]);
    expect(order.replies[1]!.description).toBe('refused');
    expect(order.replies[1]!.body!.example).toBe('{\n  "code": "out_of_stock"\n}');
  });

  it('reads allOf as one body with its required fields', () => {
    expect(order.body!.fields.map((field) => `${field.name} ${field.type}${field.required ? ' required' : ''}`)).toEqual([
      'items object[] required',
      'tip object',
      'note string | null',
      'self object',
    ]);
  });

  it('makes an example where none is given, and an end of one that contains itself', () => {
    const example = JSON.parse(order.body!.example!);
    expect(example.items).toEqual([{ productId: "prd_o'1" }]);
    expect(example.tip).toEqual({ amount: 0, currency: 'KRW' });
    expect(order.replies[0]!.body!.example).toBe('{\n  "id": "ord_1"\n}');
  });

  it('writes a line for curl that survives a quote in the body', () => {
    const line = curlLine({ ...order, body: { ...order.body!, example: '{"a": "it\'s"}' } }, 'http://localhost:8080');
    expect(line).toBe(`curl -X POST 'http://localhost:8080/api/orders' -H 'Idempotency-Key: ...' -H 'Content-Type: application/json' -d '{"a":"it'\\''s"}'`);
  });

  it('finds routes by every word that is typed', () => {
    expect(matchingGroups(contract.groups, 'PLACE post')).toHaveLength(1);
    expect(matchingGroups(contract.groups, 'health')[0]!.routes).toHaveLength(1);
    expect(matchingGroups(contract.groups, 'place health')).toEqual([]);
    expect(matchingGroups(contract.groups, ' ')).toHaveLength(2);
  });

  it('reads nothing from something else', () => {
    expect(readContract(null, 'other').groups).toEqual([]);
    expect(readContract({ paths: { '/x': null } }, 'other').groups).toEqual([]);
  });
});
