import type { Row } from '../../model/edm';

/*
 * Table Storage's ETag is a time in disguise, W/"datetime'2026-11-21T04%3A14%3A50.1234567Z'", and both the quotes and
 * the escapes trouble HTTP clients. Ours keeps the digits only, W/"202611210414501234567". Azure drops the zeros a
 * fraction ends with, Azurite keeps them; the digits are taken as they come, so that either way leads back.
 */

const stored = /^W\/"datetime'(\d{4})-(\d\d)-(\d\d)T(\d\d)%3A(\d\d)%3A(\d\d)(?:\.(\d{1,7}))?Z'"$/i;
const ours = /^W\/"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{1,7})?(?:-\d+)?"$/;

/** What can never be anybody's ETag: a condition with it is always refused. */
const nobodys = `W/"datetime'1601-01-01T00%3A00%3A00.0000001Z'"`;

/** The ETag that callers see. */
export function fromStorageETag(etag: string): string {
  const parts = stored.exec(etag);
  if (!parts) throw new Error(`Table Storage sent an ETag of an unknown form: ${etag}`);
  return `W/"${parts.slice(1).join('')}"`;
}

/** The ETag of a row, for callers. */
export function etagOf(stored: { etag?: string; timestamp?: string }): string {
  return fromStorageETag(storageETagOf(stored));
}

/** Storage's ETag of a row. Where storage left it out, because only some properties were asked for, it follows from the time. */
export function storageETagOf({ etag, timestamp = '' }: { etag?: string; timestamp?: string }): string {
  return etag ?? `W/"datetime'${encodeURIComponent(timestamp)}'"`;
}

/** The ETag to send to Table Storage; a text that never was an ETag of ours becomes one that matches nothing. */
export function toStorageETag(etag: string): string {
  const [, year, month, day, hour, minute, second, fraction] = ours.exec(etag) ?? [];
  if (!year) return nobodys;
  return `W/"datetime'${year}-${month}-${day}T${hour}%3A${minute}%3A${second}${fraction ? `.${fraction}` : ''}Z'"`;
}

/**
 * The ETag of a record with this row. What a primary alert counts is not written into its row, so the count is part of its
 * ETag: whoever has seen another count has seen another record.
 */
export function recordETag(row: Row, storageETag: string): string {
  const etag = fromStorageETag(storageETag);
  const count = row['_msdyn_parentalert_value'] ? 0 : (row['ccs_duplicatecount'] ?? 0);
  return count === 0 ? etag : `${etag.slice(0, -1)}-${String(count)}"`;
}
