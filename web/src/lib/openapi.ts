// What the API page shows, drawn from an OpenAPI 3.1 document: routes by tag, their parameters, bodies and answers, each
// with an example and a line for curl. Only what the page needs; references outside the document are left alone.

export interface Parameter {
  name: string;
  place: string;
  required: boolean;
  type: string;
  description: string;
}

export interface Field {
  name: string;
  required: boolean;
  type: string;
  description: string;
}

export interface Body {
  type: string;
  required: boolean;
  fields: Field[];
  example: string | null;
}

export interface Reply {
  status: string;
  description: string;
  body: Body | null;
}

export interface Route {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  parameters: Parameter[];
  body: Body | null;
  replies: Reply[];
}

export interface RouteGroup {
  tag: string;
  description: string;
  routes: Route[];
}

export interface Contract {
  title: string;
  version: string;
  description: string;
  groups: RouteGroup[];
}

type Node = Record<string, unknown>;
const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];
const depth_max = 8;

const node = (value: unknown): Node => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

class Reader {
  constructor(private readonly document: Node) {}

  resolve(value: unknown, hops = 0): Node {
    const from = node(value);
    const reference = text(from.$ref);
    if (!reference.startsWith('#/') || hops > depth_max) return from;
    let target: unknown = this.document;
    for (const part of reference.slice(2).split('/')) {
      const key = decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~');
      target = Object.hasOwn(node(target), key) ? node(target)[key] : undefined;
    }
    return { ...this.resolve(target, hops + 1), ...Object.fromEntries(Object.entries(from).filter(([key]) => key !== '$ref')) };
  }

  // allOf is read as one schema; of oneOf and anyOf the first that is not null stands for all.
  schema(value: unknown, depth = 0): Node {
    let schema = this.resolve(value);
    if (depth > depth_max) return schema;
    for (const part of list(schema.allOf)) {
      const merged = this.schema(part, depth + 1);
      schema = {
        ...merged,
        ...schema,
        properties: { ...node(merged.properties), ...node(schema.properties) },
        required: [...list(merged.required), ...list(schema.required)],
      };
    }
    if (!schema.properties && !schema.type) {
      const choices = [...list(schema.oneOf), ...list(schema.anyOf)].map((choice) => this.schema(choice, depth + 1));
      const choice = choices.find((candidate) => candidate.type !== 'null');
      if (choice) schema = { ...choice, ...schema };
    }
    return schema;
  }

  typeName(value: unknown, depth = 0): string {
    const schema = this.schema(value);
    if (list(schema.enum).length > 0) return list(schema.enum).map((item) => JSON.stringify(item)).join(' | ');
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    const names = (Array.isArray(schema.type) ? schema.type : [schema.type]).map((type) => {
      if (type === 'array') return depth > 3 ? 'array' : `${this.typeName(schema.items, depth + 1)}[]`;
      if (type === undefined) return schema.properties ? 'object' : 'any';
      return text(schema.format) && type !== 'null' ? `${text(type)} (${text(schema.format)})` : text(type);
    });
    return names.join(' | ');
  }

  example(value: unknown, depth = 0): unknown {
    const schema = this.schema(value);
    if (schema.example !== undefined) return schema.example;
    if (list(schema.examples).length > 0) return list(schema.examples)[0];
    if (schema.const !== undefined) return schema.const;
    if (schema.default !== undefined) return schema.default;
    if (list(schema.enum).length > 0) return list(schema.enum)[0];
    const type = Array.isArray(schema.type) ? schema.type.find((candidate) => candidate !== 'null') : schema.type;
    if (type === 'object' || schema.properties) {
      if (depth > depth_max) return {};
      return Object.fromEntries(Object.entries(node(schema.properties)).map(([name, property]) => [name, this.example(property, depth + 1)]));
    }
    if (type === 'array') return depth > depth_max ? [] : [this.example(schema.items, depth + 1)];
    if (type === 'integer' || type === 'number') return typeof schema.minimum === 'number' ? schema.minimum : 1;
    if (type === 'boolean') return true;
    if (type === 'string') return schema.format === 'date-time' ? '2026-01-02T03:04:05.000Z' : 'text';
    return null;
  }

  body(content: unknown, required: boolean): Body | null {
    const [type, media] = Object.entries(node(content))[0] ?? [];
    if (!type) return null;
    const of = node(media);
    const named = Object.values(node(of.examples))[0];
    const given = of.example !== undefined ? of.example : named === undefined ? undefined : this.resolve(named).value;
    const schema = this.schema(of.schema);
    const example = given !== undefined ? given : of.schema === undefined ? null : this.example(of.schema);
    const needed = new Set(list(schema.required));
    return {
      type,
      required,
      fields: Object.entries(node(schema.properties)).map(([name, property]) => ({
        name,
        required: needed.has(name),
        type: this.typeName(property),
        description: text(this.schema(property).description),
      })),
      example: example === null ? null : typeof example === 'string' ? example : JSON.stringify(example, null, 2),
    };
  }

  route(method: string, path: string, item: Node, operation: Node): Route {
    const parameters = new Map<string, Parameter>();
    for (const raw of [...list(item.parameters), ...list(operation.parameters)]) {
      const parameter = this.resolve(raw);
      const name = text(parameter.name);
      const place = text(parameter.in);
      parameters.set(`${place} ${name}`, {
        name,
        place,
        required: parameter.required === true,
        type: this.typeName(parameter.schema),
        description: text(parameter.description) || text(this.schema(parameter.schema).description),
      });
    }
    const requestBody = this.resolve(operation.requestBody);
    return {
      id: `${method}${path}`.replace(/[^\w]+/g, '-').replace(/-$/, ''),
      method: method.toUpperCase(),
      path,
      summary: text(operation.summary) || text(item.summary),
      description: text(operation.description),
      parameters: [...parameters.values()],
      body: this.body(requestBody.content, requestBody.required === true),
      replies: Object.entries(node(operation.responses)).map(([status, raw]) => {
        const reply = this.resolve(raw);
        return { status, description: text(reply.description), body: this.body(reply.content, false) };
      }),
    };
  }
}

export function readContract(value: unknown, otherTag: string): Contract {
  const document = node(value);
  const info = node(document.info);
  const reader = new Reader(document);
  const groups = new Map<string, RouteGroup>();
  for (const raw of list(document.tags)) {
    const tag = node(raw);
    groups.set(text(tag.name), { tag: text(tag.name), description: text(tag.description), routes: [] });
  }
  for (const [path, raw] of Object.entries(node(document.paths))) {
    const item = reader.resolve(raw);
    for (const method of methods) {
      if (!item[method]) continue;
      const operation = node(item[method]);
      const tag = text(list(operation.tags)[0]) || otherTag;
      if (!groups.has(tag)) groups.set(tag, { tag, description: '', routes: [] });
      groups.get(tag)!.routes.push(reader.route(method, path, item, operation));
    }
  }
  return {
    title: text(info.title),
    version: text(info.version),
    description: text(info.description),
    groups: [...groups.values()].filter((group) => group.routes.length > 0),
  };
}

export function matchingGroups(groups: readonly RouteGroup[], words: string): RouteGroup[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return groups
    .map((group) => ({
      ...group,
      routes: group.routes.filter((route) => {
        const searched = `${route.method} ${route.path} ${route.summary} ${route.description} ${group.tag}`.toLowerCase();
        return wanted.every((word) => searched.includes(word));
      }),
    }))
    .filter((group) => group.routes.length > 0);
}

const quoted = (value: string) => `'${value.replace(/'/g, `'\\''`)}'`;

export function curlLine(route: Route, origin: string): string {
  const parts = ['curl'];
  if (route.method !== 'GET') parts.push('-X', route.method);
  parts.push(quoted(origin + route.path));
  for (const parameter of route.parameters) {
    if (parameter.place === 'header' && parameter.required) parts.push('-H', quoted(`${parameter.name}: ...`));
  }
  if (route.body?.example) parts.push('-H', quoted(`Content-Type: ${route.body.type}`), '-d', quoted(compact(route.body.example)));
  return parts.join(' ');
}

function compact(example: string): string {
  try {
    return JSON.stringify(JSON.parse(example));
  } catch {
    return example;
  }
}
