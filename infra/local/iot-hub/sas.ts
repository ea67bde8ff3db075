import { createHmac, timingSafeEqual } from 'node:crypto';

/** A shared access signature as it arrives: `SharedAccessSignature sr=..&sig=..&se=..[&skn=..]`. */
export interface SharedAccessSignature {
  /** The resource it is good for, decoded. */
  resource: string;
  /** The resource as it was written: that text is what was signed. */
  signedResource: string;
  signature: string;
  /** Milliseconds since 1970. */
  expires: number;
  expiryText: string;
  /** The shared access policy whose key signed it; a device signs with its own key and names none. */
  policy?: string;
}

/** How the text of a key becomes bytes: IoT Hub decodes it, Event Hubs takes the text itself. The same key, two results. */
export type KeyEncoding = 'base64' | 'utf8';

const prefix = 'SharedAccessSignature ';

export function parseSas(text: string): SharedAccessSignature | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const fields = new Map<string, string>();
  for (const pair of text.slice(prefix.length).split('&')) {
    const at = pair.indexOf('=');
    fields.set(pair.slice(0, at), pair.slice(at + 1));
  }
  const [signedResource, signature, expiryText] = [fields.get('sr'), fields.get('sig'), fields.get('se')];
  if (!signedResource || !signature || !expiryText || !Number.isFinite(Number(expiryText))) return undefined;
  try {
    return {
      resource: decodeURIComponent(signedResource),
      signedResource,
      signature: decodeURIComponent(signature),
      expires: Number(expiryText) * 1000,
      expiryText,
      policy: fields.has('skn') ? decodeURIComponent(fields.get('skn')!) : undefined,
    };
  } catch {
    return undefined; // not URI encoded: no signature of ours
  }
}

export function isSignedWith(sas: SharedAccessSignature, key: string, encoding: KeyEncoding): boolean {
  const expected = createHmac('sha256', Buffer.from(key, encoding))
    .update(`${sas.signedResource}\n${sas.expiryText}`)
    .digest();
  const given = Buffer.from(sas.signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A signature for a path is good for everything below it, segment by segment. */
export function covers(signed: string, resource: string): boolean {
  const [outer, inner] = [signed.toLowerCase().replace(/\/$/, ''), resource.toLowerCase()];
  return inner === outer || inner.startsWith(`${outer}/`);
}
