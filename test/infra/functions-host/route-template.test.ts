import { decodeSegments } from '../../../infra/local/functions-host/route-table';
import { matchTemplate, parseTemplate } from '../../../infra/local/functions-host/route-template';

const guid = '6f9619ff-8b86-d011-b42d-00c04fc964ff';

test.each([
  { which: 'a literal', template: 'alarms', path: '/alarms', values: {} },
  { which: 'a literal in another case', template: 'Alarms/Open', path: '/aLARMS/oPEN', values: {} },
  { which: 'a trailing slash', template: 'alarms', path: '/alarms/', values: {} },
  { which: 'a longer path', template: 'alarms', path: '/alarms/1', values: undefined },
  { which: 'a shorter path', template: 'alarms/{id}', path: '/alarms', values: undefined },
  { which: 'a parameter', template: 'alarms/{id}', path: '/alarms/7', values: { id: '7' } },
  { which: 'an empty segment', template: 'alarms/{id}/x', path: '/alarms//x', values: undefined },
  { which: 'a parameter with a space', template: 'a/{id}', path: '/a/b%20c', values: { id: 'b c' } },
  { which: 'an encoded slash stays', template: 'a/{id}', path: '/a/b%2Fc', values: { id: 'b%2Fc' } },
  { which: 'a broken escape stays', template: 'a/{id}', path: '/a/50%', values: { id: '50%' } },
  { which: 'an optional one given', template: 'a/{id?}', path: '/a/1', values: { id: '1' } },
  { which: 'an optional one left out', template: 'a/{id?}', path: '/a', values: {} },
  { which: 'two optional ones left out', template: 'a/{b?}/{c?}', path: '/a', values: {} },
  { which: 'a default', template: 'a/{id=x}', path: '/a', values: { id: 'x' } },
  { which: 'a default replaced', template: 'a/{id=x}', path: '/a/y', values: { id: 'y' } },
  { which: 'a default with a constraint', template: 'a/{id:int=1}', path: '/a', values: { id: '1' } },
  { which: 'a catch-all', template: 'a/{*rest}', path: '/a/b/c', values: { rest: 'b/c' } },
  { which: 'a catch-all with two stars', template: 'a/{**rest}', path: '/a/b/c', values: { rest: 'b/c' } },
  { which: 'a catch-all with nothing left', template: 'a/{*rest}', path: '/a', values: {} },
  { which: 'int', template: '{id:int}', path: '/-12', values: { id: '-12' } },
  { which: 'int too large', template: '{id:int}', path: '/2147483648', values: undefined },
  { which: 'long', template: '{id:long}', path: '/2147483648', values: { id: '2147483648' } },
  { which: 'not an int', template: '{id:int}', path: '/1a', values: undefined },
  { which: 'guid', template: '{id:guid}', path: `/${guid}`, values: { id: guid } },
  { which: 'not a guid', template: '{id:guid}', path: '/7', values: undefined },
  { which: 'bool', template: '{on:bool}', path: '/True', values: { on: 'True' } },
  { which: 'double', template: '{n:double}', path: '/1.5e3', values: { n: '1.5e3' } },
  { which: 'datetime', template: '{t:datetime}', path: '/2026-11-20', values: { t: '2026-11-20' } },
  { which: 'alpha', template: '{w:alpha}', path: '/a1', values: undefined },
  { which: 'several constraints', template: '{n:int:min(3):max(5)}', path: '/6', values: undefined },
  { which: 'range', template: '{n:range(3,5)}', path: '/5', values: { n: '5' } },
  { which: 'length', template: '{w:length(2,3)}', path: '/abcd', values: undefined },
  { which: 'exact length', template: '{w:length(2)}', path: '/ab', values: { w: 'ab' } },
  { which: 'optional with constraint', template: 'a/{n:int?}', path: '/a', values: {} },
  { which: 'a regex', template: '{d:regex(^\\d{{2}}-[a-z]+$)}', path: '/12-ab', values: { d: '12-ab' } },
  { which: 'a regex that does not match', template: '{d:regex(^\\d{{2}}$)}', path: '/123', values: undefined },
  { which: 'a regex with colon and equals', template: '{d:regex(^a:b=c$)}', path: '/a:b=c', values: { d: 'a:b=c' } },
  { which: 'a file name', template: '{f:file}', path: '/a.txt', values: { f: 'a.txt' } },
  { which: 'no file name', template: '{f:nonfile}', path: '/a.txt', values: undefined },
  { which: 'an OData key', template: 'alerts({id})', path: `/alerts(${guid})`, values: { id: guid } },
  { which: 'an OData key of the wrong type', template: 'alerts({id:guid})', path: '/alerts(7)', values: undefined },
  { which: 'an OData key without a value', template: 'alerts({id})', path: '/alerts()', values: undefined },
  {
    which: 'a bound OData action',
    template: 'data/v9.2/msdyn_iotalerts({id})/Microsoft.Dynamics.CRM.Close',
    path: `/data/v9.2/MSDYN_iotalerts(${guid})/microsoft.dynamics.crm.close`,
    values: { id: guid },
  },
  { which: 'two in one segment', template: '{a}.{b}', path: '/x.y.z', values: { a: 'x.y', b: 'z' } },
  { which: 'an optional extension', template: '{a}.{b?}', path: '/x', values: { a: 'x' } },
  { which: 'an optional extension given', template: '{a}.{b?}', path: '/x.y', values: { a: 'x', b: 'y' } },
  { which: 'the empty template', template: '', path: '/', values: {} },
])('$which: $template on $path', ({ template, path, values }) => {
  expect(matchTemplate(parseTemplate(template), decodeSegments(path))).toEqual(values);
});

test.each([
  { template: 'a/{id', reason: 'do not pair' },
  { template: 'a/id}', reason: 'do not pair' },
  { template: 'a//b', reason: 'an empty segment' },
  { template: 'a/{}', reason: 'no usable parameter name' },
  { template: 'a/{id:whole}', reason: 'unknown constraint "whole"' },
  { template: 'a/{*rest}/b', reason: 'a catch-all parameter must be the last segment' },
  { template: 'a/{b}{c}', reason: 'two parameters need a literal between them' },
  { template: 'a/x({*rest})', reason: 'a catch-all must be a segment of its own' },
  { template: 'a/({id?})', reason: "an optional parameter must be its segment's last part" },
])('$template is refused', ({ template, reason }) => {
  expect(() => parseTemplate(template)).toThrow(reason);
});
