import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A certificate and its private key, both PEM. */
export interface Certificate {
  certificate: string;
  key: string;
}

// A certificate is a DER structure of tags, lengths and values (RFC 5280). Few lines make the two kinds we need.
const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
};
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const set = (...parts: Buffer[]) => der(0x31, ...parts);
const octets = (content: Buffer) => der(0x04, content);
const bits = (content: Buffer, unused = 0) => der(0x03, Buffer.from([unused]), content);
const integer = (content: Buffer) => der(0x02, content);
const text = (content: string) => der(0x0c, Buffer.from(content, 'utf8'));
const truth = der(0x01, Buffer.from([0xff]));

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x100) return Buffer.from([0x81, length]);
  return Buffer.from([0x82, length >> 8, length & 0xff]);
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const base128 = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) base128.unshift((left & 0x7f) | 0x80);
    bytes.push(...base128);
  }
  return der(0x06, Buffer.from(bytes));
}

/** UTCTime, which ends in 2049: enough for a certificate that is made anew with every data folder. */
function time(at: Date): Buffer {
  return der(0x17, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const commonName = '2.5.4.3';
const name = (cn: string) => sequence(set(sequence(oid(commonName), text(cn))));

function extension(id: string, value: Buffer, critical = false): Buffer {
  return critical ? sequence(oid(id), truth, octets(value)) : sequence(oid(id), octets(value));
}

const basicConstraints = (isAuthority: boolean) =>
  extension('2.5.29.19', isAuthority ? sequence(truth) : sequence(), true);
const keyUsage = (bit: number, unused: number) => extension('2.5.29.15', bits(Buffer.from([bit]), unused), true);
const serverAuthentication = extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1')));

const alternativeNames = (hosts: string[]) =>
  extension(
    '2.5.29.17',
    sequence(...hosts.map((host) => der(0x82, Buffer.from(host))), der(0x87, Buffer.from([127, 0, 0, 1]))),
  );

interface Contents {
  subject: string;
  subjectKey: KeyObject;
  issuer: string;
  issuerKey: KeyObject;
  extensions: Buffer[];
  now: Date;
}

function signed({ subject, subjectKey, issuer, issuerKey, extensions, now }: Contents): string {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40; // positive, and no leading zero
  const keyIdentifier = extension('2.5.29.14', octets(identifierOf(subjectKey)));
  const issuerIdentifier = extension('2.5.29.35', sequence(der(0x80, identifierOf(issuerKey))));
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))), // version 3
    integer(serial),
    ecdsaWithSha256,
    name(issuer),
    sequence(time(new Date(now.getTime() - day)), time(new Date(now.getTime() + 3650 * day))),
    name(subject),
    publicBytes(subjectKey),
    der(0xa3, sequence(...extensions, keyIdentifier, issuerIdentifier)),
  );
  const whole = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, issuerKey)));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const day = 86_400_000;
const authorityName = 'Local IoT Hub certificate authority';

/** A certificate authority of our own. */
export function makeAuthority(now: Date): Certificate {
  const key = newKey();
  return {
    key: pem(key),
    certificate: signed({
      subject: authorityName,
      subjectKey: key,
      issuer: authorityName,
      issuerKey: key,
      extensions: [basicConstraints(true), keyUsage(0x06, 1)],
      now,
    }),
  };
}

/** A certificate for the host and for this machine's own names, signed by the authority. */
export function makeServerCertificate(hostName: string, authority: Certificate, now: Date): Certificate {
  const key = newKey();
  return {
    key: pem(key),
    certificate: signed({
      subject: hostName.slice(0, 64), // the longest common name there is; the whole name is among the alternatives
      subjectKey: key,
      issuer: authorityName,
      issuerKey: createPrivateKey(authority.key),
      extensions: [
        basicConstraints(false),
        keyUsage(0x80, 7),
        serverAuthentication,
        alternativeNames([hostName, 'localhost']),
      ],
      now,
    }),
  };
}

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

function identifierOf(key: KeyObject): Buffer {
  return createHash('sha1').update(publicBytes(key)).digest();
}
