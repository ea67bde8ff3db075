import { formattedValue, largestPage } from '../../shared/odata/preferences';
import { membersShown } from '../../shared/odata/expand-option';
import { mostRequests } from '../../shared/odata/batch-request';
import { mostTargets } from '../../shared/odata/multiple-request';
import { pageWithLists, pageWithRecords } from '../../shared/odata/question';
import { mostTies } from '../../shared/workflows/delete-record';
import { mostRowsExamined } from '../../shared/workflows/read-records';
import { mostLookedUp } from '../../shared/workflows/related-records';
import { code, heading, list, table } from './markdown';
import type { Block } from './markdown';

const addresses: readonly (readonly [string, string, string])[] = [
  ['GET', '/', 'the service document: all entity sets'],
  ['GET', '/$metadata', 'the model as CSDL 4.0 XML, with option values, alternate keys and actions'],
  ['GET', '/WhoAmI', 'who calls (`UserId`, `ccs_name`) and as what (`ccs_roles`); the other ids are fixed'],
  ['GET', '/set', 'records, newest first, with all query options'],
  ['GET', '/set/$count', 'how many, as text; takes `$filter`'],
  ['POST', '/set', 'creates a record: 204 with `OData-EntityId`'],
  ['POST', '/set/Microsoft.Dynamics.CRM.CreateMultiple', 'creates many; also `UpdateMultiple` and `UpsertMultiple`'],
  ['GET', '/set(id)', 'the record; `$select` and `$expand`'],
  [
    'PATCH',
    '/set(id)',
    'changes the record, or creates it; `If-Match: *` only changes, `If-None-Match: *` only creates',
  ],
  ['DELETE', '/set(id)', 'removes the record'],
  ['GET', '/set(id)/property', 'one value; 204 when there is none'],
  ['GET', '/set(id)/property/$value', 'the bare value as text'],
  ['PUT, DELETE', '/set(id)/property', 'sets one value from `{"value": …}`, or empties it'],
  ['GET', '/set(id)/navigation', 'the record that a lookup leads to; 204 when it leads nowhere'],
  ['GET', '/set(id)/collection', 'the records that lead here, with all query options; also `/$count`'],
  ['GET', '/set(id)/navigation/$ref', 'the address of that record; of a collection, all addresses'],
  ['PUT, DELETE', '/set(id)/navigation/$ref', 'links to the record in `{"@odata.id": "…"}`, or takes the link out'],
  ['POST', '/set(id)/collection/$ref', 'makes the record in `{"@odata.id": "…"}` lead here'],
  ['DELETE', '/set(id)/collection(id)/$ref', 'takes that link out; also `/collection/$ref?$id=…`'],
  ['POST', '/$batch', 'many requests in one, `multipart/mixed`'],
];

const options: readonly (readonly [string, string])[] = [
  ['$select', 'properties, separated by commas; the key always comes along'],
  [
    '$filter',
    '`eq ne gt ge lt le`, `in`, `and or not`, parentheses, `null`, `contains`, `startswith`, `endswith`, `tolower`, `toupper`; a lookup by `_name_value` ' +
      'or `Navigation/key`; GUIDs, dates and numbers without quotes; texts are compared by code units, so letter case matters, but for `tolower` and `toupper`',
  ],
  ['$orderby', 'properties with `asc` or `desc`; no value comes before every value'],
  ['$top', 'at most so many records'],
  ['$count', '`true` for `@odata.count`'],
  [
    '$expand',
    'lookups with `$select` and `$expand`; collections with `$select`, `$filter`, `$orderby`, `$top`, `$count` and `$expand`, ' +
      'separated by semicolons in parentheses; two levels deep',
  ],
  ['$format', '`json`; of `$metadata` `xml`'],
];

const preferences: readonly (readonly [string, string])[] = [
  ['odata.maxpagesize=N', `records a page, at most ${largestPage}; \`@odata.nextLink\` leads on`],
  ['return=representation', 'answers a write with the record (201 or 200) in place of 204'],
  ['odata.continue-on-error', 'a batch goes on after a failure, and answers 200'],
  [
    'odata.include-annotations="…"',
    `\`${formattedValue}\` (names of options, yes and no, names of the records that lookups lead to), ` +
      'or `*` for these and the tables and navigations of lookups',
  ],
];

const writes: readonly string[] = [
  '`If-Match` and `If-None-Match` hold for every write but `POST` of a set. `PATCH` creates a record that is not there, unless ' +
    '`If-Match` is sent. `MSCRM.SuppressDuplicateDetection` is taken and does nothing: there are no rules that find duplicates.',
  `\`DELETE\` takes links to the record out of other records and takes its connections along, up to ${mostTies} in all. It is ` +
    'refused with 409 while a case or a work order needs the account, or while a primary alert has duplicates. A deleted ' +
    'primary alert takes no more duplicates, a deleted case or work order is not joined any more.',
  'A connection ties a device to a record while it is active, begun and not ended, with the role Connected Device at the ' +
    "device's end, be that the first or the second. The record may be of a table that is not here: " +
    '`"record1id_contoso_elevator@odata.bind": "/contoso_elevators(<id>)"`; its id is in `_record1id_value`, its table in ' +
    '`ccs_record1table`, and nobody checks that it exists.',
  "A device's customer asset follows its connections: it is that of the oldest that counts, unless another is bound by hand. Its " +
    'account becomes that of its oldest connection to one, if it has none.',
  'A link that is made in the very moment in which its record is deleted may stay, and lead nowhere.',
  'A change set, `CreateMultiple`, `UpdateMultiple` and `UpsertMultiple` are checked as a whole before anything is written. They ' +
    'are one storage transaction when they create and change at most 100 records in one partition of one storage table that has ' +
    'no second key: new records of one table do, as their ids are made so. Otherwise they are written one by one and undone, ' +
    'the last first, when one fails; others may see them meanwhile. Should undoing fail as well, the answer names the records.',
  '`CreateMultiple` of alerts of which nothing is given but description, data, time, token, type and Device ID may be sent again ' +
    'by who got no answer, unless `PARENT_ALERTS_ON_CREATE` is `false`: with the same `Idempotency-Key` (1 to 200 visible ' +
    'characters, kept for seven days) the same body adds nothing and is answered with the same ids, another body with 412. ' +
    'Without that header, `msdyn_alerttoken` is the key of each alert: one that was sent for its device already, without reading ' +
    'type and rule output, adds nothing, and the id is that of the alert which is there. This is remembered with the time windows ' +
    'that a group remembers: the latest eight, and 8,000 tokens. Alerts with neither are new each time, and so are those that are ' +
    'created alone.',
  'New alerts are settled last, because what they set off (a parent, a count, a case) is not undone. An alert that a change ' +
    'set creates cannot be changed in it as well.',
  'A change set holds writes of single records; reads, actions and the operations on several records stand beside it. Parts may ' +
    'name what those before them in the change set made by `$` and their `Content-ID`.',
  'A batch ends with the first failure and has its status, unless `Prefer: odata.continue-on-error` is sent. JSON batches are ' +
    'answered with 415.',
];

const limits: readonly string[] = [
  `One request looks at ${mostRowsExamined} records at most. A filter goes on behind \`@odata.nextLink\`; a count becomes a ` +
    'lower bound and says so in `@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded`, except for `/$count`, which is text; ' +
    'an `$orderby`, which needs the whole result, is refused (but for `createdon desc`).',
  `A page has ${largestPage} records at most, ${pageWithRecords} where lookups are expanded or named, and ${pageWithLists} where ` +
    `collections are expanded or computed columns shown. An expanded collection shows ${membersShown} records and has a link to the others. An answer ` +
    `looks up ${mostLookedUp} related records and lists at most.`,
  'Columns that are computed on read (those of a customer asset that sum up its devices and alerts) are read with what they sum ' +
    'up: leave them out with `$select` where they are not needed. They can be filtered and ordered by, among ' +
    `${mostRowsExamined} assets that the rest of the filter leaves. Answers with them are never 304.`,
  `A batch holds ${mostRequests} requests, \`CreateMultiple\` and its like ${mostTargets} records.`,
  'A caller who had to say who he is has so many requests and effects a minute: see [identity.md](identity.md#limits). Beyond them the ' +
    'answer is 429 with `Retry-After`; in a batch, that of the request which came too many.',
  'Storage looks for equal values, spans of times and beginnings of texts itself; for the rest of a filter this service looks ' +
    'at every record. Storage has no index on such columns: it passes over its rows, newest first, and sends those that match. ' +
    'Times of creation are in the keys of alerts, so that spans of them are ranges of keys.',
];

const notOffered: readonly string[] = [
  'JSON metadata, `odata.metadata=full`; `Accept` is not looked at.',
  '`$search`, `$apply`, `$skip`, `$levels`, `$crossjoin`, lambda operators (`any`, `all`), functions in `$filter` other than ' +
    'the three above, FetchXML, change tracking.',
  'Creating related records along with a record (deep insert).',
  'Owners, business units and the users who created or changed a record; languages, currencies, time zones, queues, notes.',
  'The lookups to incident types and IoT provider instances, the many-to-many navigation `msdyn_iotdevicecategorycommands`, ' +
    'and the tables of providers, properties and settings.',
  'A connection has no second record for its other direction, as Dynamics 365 makes one.',
];

/** What of the protocol there is. */
export function protocolSection(): Block[] {
  return [
    heading(2, 'Addresses'),
    "Below `/api/data/v9.2`. `id` is a GUID, or `column='…'` with a table's second key. ETags are in `ETag` and " +
      '`@odata.etag`; `If-None-Match` with one answers 304, `If-Match` with an old one 412.',
    table(
      ['method', 'address', 'what it does'],
      addresses.map(([method, path, what]) => [method, code(path), what]),
    ),
    heading(2, 'Query options'),
    table(
      ['option', 'what it takes'],
      options.map(([option, what]) => [code(option), what]),
    ),
    heading(2, 'Preferences'),
    table(
      ['`Prefer`', 'what it does'],
      preferences.map(([preference, what]) => [code(preference), what]),
    ),
    heading(2, 'Writes'),
    list(writes),
    heading(2, 'Limits'),
    list(limits),
    heading(2, 'Not offered'),
    list(notOffered),
  ];
}
