import type { InnerRequest } from './batch-request';
import type { Message } from './message';

/**
 * The message in a part of a batch. `$1`, at the beginning of its address or as the whole value of an `@odata.bind` or
 * `@odata.id`, stands for what the request with that Content-ID made.
 */
export function messageOf(request: InnerRequest, root: string, made: ReadonlyMap<string, string>): Message {
  const { method, headers, body } = request;
  const bytes = made.size === 0 ? body : Buffer.from(withReferences(body.toString('utf8'), made));
  return {
    method,
    url: addressOf(request.target, root, made),
    headers: { get: (name) => headers.get(name.toLowerCase()) ?? null },
    arrayBuffer: async () => bytes,
  };
}

function addressOf(target: string, root: string, made: ReadonlyMap<string, string>): string {
  const path = target.startsWith(`${root}/$`) ? target.slice(root.length + 1) : target;
  const [, id, rest] = /^\/?\$([^/?()]+)(.*)$/s.exec(path) ?? [];
  const referred = id === undefined ? undefined : made.get(id);
  if (referred !== undefined) return `${referred}${rest}`;
  return URL.canParse(target, `${root}/`) ? new URL(target, `${root}/`).href : `${root}/${encodeURIComponent(target)}`;
}

function withReferences(body: string, made: ReadonlyMap<string, string>): string {
  return body.replace(
    /("[^"\\]*@odata\.(?:bind|id)"\s*:\s*")\/?\$([^"\\/]+)"/g,
    (whole, before: string, id: string) => {
      const referred = made.get(id);
      return referred === undefined ? whole : `${before}${referred}"`;
    },
  );
}
