/**
 * Checks the operations around the schemas. Types are made of every part of an operation, but code handles only some,
 * so any other part is refused. A body is JSON, a reply is HTTP 200, a header is one that sealing writes, and each of
 * them refers to a schema with a validator.
 */
import { type Components, nameOf } from './components.ts';
import { asList, asObject, kindOf, onlyMembers, pointer, SpecRefused } from './refusal.ts';

/** Headers that sealing writes and opening reads, in lower case. */
const requestHeaders = ['client-id', 'signature', 'encrypt', 'request-time'];
const replyHeaders = ['client-id', 'signature', 'encrypt', 'response-time', 'tracer-id'];

const described = ['summary', 'description', 'externalDocs', 'deprecated'];

/**
 * Checks every operation of a contract.
 *
 * @throws SpecRefused for a part that no code handles
 */
export function checkOperations(document: Record<string, unknown>, components: Components): void {
  const { openapi } = document;
  if (typeof openapi !== 'string' || !openapi.startsWith('3.1.')) {
    throw new SpecRefused('#/openapi', `${openapi ?? 'missing'}; expected 3.1`);
  }
  const known = ['openapi', 'info', 'servers', 'security', 'tags', 'externalDocs', 'paths', 'webhooks', 'components'];
  onlyMembers(document, '#', known);
  for (const part of ['paths', 'webhooks']) {
    for (const [path, item] of Object.entries(asObject(document[part] ?? {}, `#/${part}`))) {
      const at = pointer(`#/${part}`, path);
      onlyMembers(asObject(item, at), at, ['post', ...described]);
      const operation = asObject((item as { post?: unknown }).post, pointer(at, 'post'));
      checkOperation(operation, pointer(at, 'post'), path, components);
    }
  }
}

function checkOperation(operation: Record<string, unknown>, at: string, path: string, components: Components): void {
  onlyMembers(operation, at, ['operationId', 'tags', 'parameters', 'requestBody', 'responses', ...described]);
  const parameters = operation.parameters === undefined ? [] : asList(operation.parameters, pointer(at, 'parameters'));
  parameters.forEach((parameter, index) => {
    checkParameter(parameter, pointer(at, 'parameters', index), path, components);
  });
  const bodyAt = pointer(at, 'requestBody');
  const body = asObject(operation.requestBody, bodyAt);
  onlyMembers(body, bodyAt, ['description', 'required', 'content']);
  expectTrue(body.required, pointer(bodyAt, 'required'));
  checkContent(body.content, pointer(bodyAt, 'content'), components);
  const responses = asObject(operation.responses, pointer(at, 'responses'));
  onlyMembers(responses, pointer(at, 'responses'), ['200']);
  const replyAt = pointer(at, 'responses', '200');
  const reply = asObject(responses['200'], replyAt);
  onlyMembers(reply, replyAt, ['summary', 'description', 'headers', 'content']);
  for (const [name, header] of Object.entries(asObject(reply.headers ?? {}, pointer(replyAt, 'headers')))) {
    const headerAt = pointer(replyAt, 'headers', name);
    expectHeader(name, replyHeaders, headerAt);
    onlyMembers(asObject(header, headerAt), headerAt, ['description', 'required', 'deprecated', 'schema']);
    nameOf((header as { schema?: unknown }).schema, pointer(headerAt, 'schema'), components);
  }
  checkContent(reply.content, pointer(replyAt, 'content'), components);
}

function checkParameter(value: unknown, at: string, path: string, components: Components): void {
  const parameter = asObject(value, at);
  onlyMembers(parameter, at, ['name', 'in', 'required', 'schema', 'description', 'deprecated']);
  const { name, in: place } = parameter;
  if (place === 'header') expectHeader(name, requestHeaders, pointer(at, 'name'));
  else if (place === 'path') expectInPath(name, path, pointer(at, 'name'));
  else throw new SpecRefused(pointer(at, 'in'), `${place ?? 'missing'}; expected header or path`);
  nameOf(parameter.schema, pointer(at, 'schema'), components);
}

function checkContent(value: unknown, at: string, components: Components): void {
  const content = asObject(value, at);
  onlyMembers(content, at, ['application/json']);
  const jsonAt = pointer(at, 'application/json');
  const json = asObject(content['application/json'], jsonAt);
  onlyMembers(json, jsonAt, ['schema', 'example', 'examples']);
  nameOf(json.schema, pointer(jsonAt, 'schema'), components);
}

function expectHeader(name: unknown, known: string[], at: string): void {
  if (typeof name === 'string' && known.includes(name.toLowerCase())) return;
  throw new SpecRefused(at, `a header that sealing does not know; expected ${known.join(', ')}`);
}

function expectInPath(name: unknown, path: string, at: string): void {
  if (!path.includes(`{${name}}`)) throw new SpecRefused(at, `not in the path; expected {${name}} in it`);
}

function expectTrue(value: unknown, at: string): void {
  if (value !== true) throw new SpecRefused(at, `${kindOf(value)}; expected true`);
}
