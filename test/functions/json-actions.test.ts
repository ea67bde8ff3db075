import { call } from '../kit/actions';
import * as fc from 'fast-check';
import { jsonGetBoolean } from '../../functions/msdyn_JsonGetBoolean';
import { jsonGetNumber } from '../../functions/msdyn_JsonGetNumber';
import { jsonGetString } from '../../functions/msdyn_JsonGetString';
import { root } from '../kit/web-api';

const alertData = '{"reading": 70.10, "readingtype": "Temperature", "active": "True"}';

test('a number is answered with the digits it was written with', async () => {
  const answer = await call(jsonGetNumber, 'msdyn_JsonGetNumber', { Json: alertData, PropertyPath: 'reading' });
  const context = `${root}/$metadata#Microsoft.Dynamics.CRM.msdyn_JsonGetNumberResponse`;
  expect([answer.status, answer.text]).toEqual([200, `{"@odata.context":"${context}","Value":70.10}`]);
  expect(answer.headers.get('content-type')).toContain('application/json');
  expect(answer.headers.get('odata-version')).toBe('4.0');
});

test('a default keeps its digits, too', async () => {
  const body = '{"PropertyPath":"x","DefaultReturnValue": 12345678901234567890.10 }';
  expect((await call(jsonGetNumber, 'msdyn_JsonGetNumber', body)).text).toContain('"Value":12345678901234567890.10}');
});

test.each([
  { handler: jsonGetBoolean, name: 'msdyn_JsonGetBoolean', path: 'active', fallback: false, value: true, zero: false },
  { handler: jsonGetNumber, name: 'msdyn_JsonGetNumber', path: 'reading', fallback: 5, value: 70.1, zero: 0 },
  {
    handler: jsonGetString,
    name: 'msdyn_JsonGetString',
    path: 'readingtype',
    fallback: '-',
    value: 'Temperature',
    zero: '',
  },
])('$name answers what it finds, or the default, or nothing of its kind', async (row) => {
  const { handler, name, path, fallback, value, zero } = row;
  const ask = async (body: object) => (await call(handler, name, body)).json;
  expect(await ask({ Json: alertData, PropertyPath: path })).toEqual({
    '@odata.context': `${root}/$metadata#Microsoft.Dynamics.CRM.${name}Response`,
    Value: value,
  });
  expect(await ask({ Json: alertData, PropertyPath: 'x', DefaultReturnValue: fallback })).toMatchObject({
    Value: fallback,
  });
  expect(await ask({ Json: null, PropertyPath: 'x', DefaultReturnValue: null })).toMatchObject({ Value: zero });
});

test.each([
  { which: 'no body', body: undefined, code: '0x80060888', says: 'empty' },
  { which: 'a body that is no JSON', body: '{', code: '0x80060888', says: 'not valid JSON' },
  { which: 'a body that is no object', body: '[]', code: '0x80060888', says: 'one JSON object' },
  { which: 'a parameter twice', body: '{"PropertyPath":"a","PropertyPath":"b"}', code: '0x80060888', says: 'twice' },
  {
    which: 'no required parameter',
    body: {},
    code: '0x80040203',
    says: 'PropertyPath of msdyn_JsonGetNumber is missing',
  },
  { which: 'null for it', body: { PropertyPath: null }, code: '0x80040203', says: 'must not be null' },
  { which: 'another type', body: { PropertyPath: 7 }, code: '0x80040203', says: 'must be a text; got 7' },
  { which: 'an object', body: { PropertyPath: {} }, code: '0x80040203', says: 'got an object' },
  {
    which: 'an unknown parameter',
    body: { PropertyPath: 'a', Path: 'b' },
    code: '0x80048d19',
    says: "no parameter 'Path'",
  },
  { which: 'another letter case', body: { propertypath: 'a' }, code: '0x80048d19', says: 'letter case matters' },
  {
    which: 'a default of another type',
    body: { PropertyPath: 'a', DefaultReturnValue: '1' },
    code: '0x80040203',
    says: 'a number',
  },
  { which: 'JSON that is none', body: { PropertyPath: 'a', Json: '{' }, code: '0x80060888', says: 'Json is not valid' },
  { which: 'a wildcard', body: { PropertyPath: 'a[*]' }, code: '0x80060888', says: 'wildcards' },
])('a call with $which is refused in words', async ({ body, code, says }) => {
  const { status, json, faults } = await call(jsonGetNumber, 'msdyn_JsonGetNumber', body);
  expect([status, json.error?.code, faults]).toEqual([400, code, []]);
  expect(json.error?.message).toContain(says);
});

test('query options mean nothing to an action and are refused; a function key is none of them', async () => {
  const body = { PropertyPath: 'a' };
  expect((await call(jsonGetString, 'msdyn_JsonGetString?$select=Value', body)).status).toBe(400);
  expect((await call(jsonGetString, 'msdyn_JsonGetString?code=secret', body)).status).toBe(200);
});

test('whatever is sent, the answer is 200 with valid JSON, or 400', async () => {
  const path = fc.oneof(fc.string(), fc.stringMatching(/^[$.[\]'"a*/0-9\\]{0,12}$/));
  const parameters = fc.record(
    {
      Json: fc.oneof(fc.json(), fc.string(), fc.constant(null)),
      PropertyPath: path,
      DefaultReturnValue: fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null)),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof({ weight: 4, arbitrary: parameters }, fc.jsonValue(), fc.string());
  const handlers = fc.constantFrom(jsonGetBoolean, jsonGetNumber, jsonGetString);
  await fc.assert(
    fc.asyncProperty(handlers, body, async (handler, sent) => {
      const { status, faults } = await call(handler, 'msdyn_JsonGet', sent);
      expect([200, 400]).toContain(status);
      expect(faults).toEqual([]);
    }),
    { numRuns: 3000 },
  );
});
