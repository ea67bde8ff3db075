import { ServiceError } from '../domain/errors';
import { shapeOf } from '../domain/json-text';
import type { Message } from './message';

/** Bytes of a body that holds one record. */
const largestRecord = 1024 * 1024;

/** Objects and arrays in each other. What is deeper could use up the stack of whatever walks through it. */
const deepest = 100;

/** Reads the JSON object in a request's body. */
export async function readBody(message: Message, largest = largestRecord): Promise<Readonly<Record<string, unknown>>> {
  return readJsonBody(new Uint8Array(await message.arrayBuffer()), largest);
}

/** Reads a request's body: one JSON object in UTF-8, at most 1 MiB by default, each property given once. */
export function readJsonBody(bytes: Uint8Array, largestBody = largestRecord): Readonly<Record<string, unknown>> {
  if (bytes.length > largestBody) {
    throw new ServiceError('too-large', `The body has ${bytes.length} bytes; ${largestBody} are allowed.`);
  }
  const text = decodeBody(bytes);
  const { depth, names } = shapeOf(bytes);
  if (depth > deepest) {
    throw new ServiceError('bad-request', `The body holds objects or arrays in each other, more than ${deepest} deep.`);
  }
  const json = parse(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ServiceError('bad-request', 'The body must be one JSON object, like {"name":"Contoso"}.');
  }
  if (names !== Object.keys(json).length) {
    throw new ServiceError('bad-request', `The body gives '${repeatedKey(text)}' twice.`);
  }
  return json as Record<string, unknown>;
}

/** The text of a body in UTF-8. */
export function decodeBody(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ServiceError('bad-request', 'The body is not valid UTF-8.', { cause: error });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = text.trim() === '' ? 'it is empty' : (error as Error).message;
    throw new ServiceError('bad-request', `The body is not valid JSON: ${why}.`, { cause: error });
  }
}

/** The first key that the outer object holds twice; `JSON.parse` would silently keep the last. The text is valid JSON. */
function repeatedKey(text: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (const [token, key] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (key !== undefined && depth === 1) {
      const name = JSON.parse(key) as string;
      if (seen.has(name)) return name;
      seen.add(name);
    }
  }
  return undefined;
}
