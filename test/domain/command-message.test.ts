import fc from 'fast-check';
import { composeMessage, keysIn } from '../../shared/domain/command-message';
import type { CommandParameter } from '../../shared/domain/command-parameters';
import { wrongInDefinition } from '../../shared/domain/property-definition';
import type { PropertyDefinition } from '../../shared/domain/property-definition';
import { propertyType } from '../../shared/model/choices';

const usual = keysIn(undefined);

function parameter(
  msdyn_name: string,
  type: keyof typeof propertyType,
  more: object = {},
  rest: Partial<CommandParameter> & { editable?: boolean } = {},
): CommandParameter {
  const { editable = true, ...parts } = rest;
  const definition: PropertyDefinition = {
    msdyn_name,
    msdyn_type: propertyType[type],
    msdyn_editable: editable,
    msdyn_additionalproperties: JSON.stringify(more),
  };
  return { definition, required: false, parts: [], ...parts };
}

const thermostat = {
  name: 'Set Values',
  parameters: [
    parameter('Level', 'Whole Number', { Default: 3, MinValue: 1, MaxValue: 5 }),
    parameter('Note', 'String', {}, { required: true }),
    parameter(
      'Reading',
      'Object',
      {},
      {
        parts: [parameter('Temperature', 'Decimal Number', { maxvalue: 99.5 }), parameter('Dry', 'Boolean')],
      },
    ),
    parameter('At', 'Date and Time'),
    parameter('Mode', 'String', { default: 'eco' }, { editable: false }),
  ],
};
const withNote = (values: object) => JSON.stringify({ Parameters: { Note: 'n', ...values } });

describe('a message without a definition', () => {
  test.each([
    { which: 'a name alone', text: '{"CommandName":"Reset"}' },
    { which: 'a name and parameters', text: ' { "CommandName" : "Reset", "Parameters" : { "a" : 1e400 } }' },
    { which: 'more keys', text: '{"CommandName":"Reset","Parameters":{},"priority":12345678901234567890}' },
  ])('is kept as it was sent: $which', ({ text }) => {
    expect(composeMessage(text, undefined, usual)).toBe(text);
  });

  test.each([
    { which: 'nothing', text: null, words: /is required/ },
    { which: 'no JSON', text: '{"CommandName":', words: /must be the text of a JSON object/ },
    { which: 'a list', text: '[1]', words: /JSON object/ },
    { which: 'null', text: 'null', words: /JSON object/ },
    { which: 'a number', text: '5', words: /JSON object/ },
    { which: 'no name', text: '{}', words: /CommandName.*got nothing/ },
    {
      which: 'a name from the prototype',
      text: '{"a":1}',
      keys: { name: 'constructor', parameters: 'p' },
      words: /got nothing/,
    },
    { which: 'an empty name', text: '{"CommandName":" "}', words: /not empty; got " "/ },
    { which: 'a name that is no text', text: '{"CommandName":5}', words: /got 5/ },
    {
      which: 'parameters in a list',
      text: '{"CommandName":"a","Parameters":[]}',
      words: /object as Parameters; got \[\]/,
    },
    { which: 'no parameters but null', text: '{"CommandName":"a","Parameters":null}', words: /got null/ },
    {
      which: 'other keys than the settings say',
      text: '{"CommandName":"a"}',
      keys: { name: 'cmd', parameters: 'args' },
      words: /as cmd.*got nothing/,
    },
  ])('is refused: $which', ({ text, keys = usual, words }) => {
    expect(() => composeMessage(text, undefined, keys)).toThrow(words);
  });
});

describe('a message with a definition', () => {
  test.each([
    {
      which: 'defaults are filled in, in the order of the definition',
      text: withNote({}),
      made: { Level: 3, Note: 'n', Mode: 'eco' },
    },
    {
      which: 'values are taken',
      text: withNote({ Mode: 'eco', At: '2026-11-21T04:00:00Z', Reading: { Dry: false, Temperature: 99.5 }, Level: 5 }),
      made: {
        Level: 5,
        Note: 'n',
        Reading: { Temperature: 99.5, Dry: false },
        At: '2026-11-21T04:00:00Z',
        Mode: 'eco',
      },
    },
    {
      which: 'its name may be there',
      text: '{"CommandName":"Set Values","Parameters":{"Note":""}}',
      made: { Level: 3, Note: '', Mode: 'eco' },
    },
  ])('$which', ({ text, made }) => {
    expect(composeMessage(text, thermostat, usual)).toBe(
      JSON.stringify({ CommandName: 'Set Values', Parameters: made }),
    );
  });

  test('may be left out, and stands under the keys of the settings', () => {
    const keys = keysIn({ msdyn_commandnameproperty: 'cmd', msdyn_commandparametersproperty: 'args' });
    expect(composeMessage(null, { name: 'Reset', parameters: [] }, keys)).toBe('{"cmd":"Reset","args":{}}');
  });

  test.each([
    { which: 'no JSON', text: 'x', words: /must be the text of a JSON object/ },
    { which: 'another name', text: '{"CommandName":"Reset"}', words: /"Set Values".*got "Reset"/ },
    { which: 'other keys', text: '{"Note":"n"}', words: /Parameters only; got "Note"/ },
    { which: 'a missing parameter', text: '{}', words: /'Note' is required: send a text/ },
    {
      which: 'an unknown one',
      text: withNote({ note: 1 }),
      words: /'note' is not known.*Known: Level, Note, Reading, At, Mode/,
    },
    { which: '__proto__', text: '{"Parameters":{"Note":"n","__proto__":1}}', words: /'__proto__' is not known/ },
    {
      which: 'an unknown part',
      text: withNote({ Reading: { Wet: 1 } }),
      words: /'Reading\.Wet' is not known.*Reading\.Temperature/,
    },
    {
      which: 'a text for a number',
      text: withNote({ Level: '5' }),
      words: /'Level' must be a whole number from 1 to 5; got "5"/,
    },
    { which: 'half a number', text: withNote({ Level: 1.5 }), words: /whole number.*got 1\.5/ },
    { which: 'too little', text: withNote({ Level: 0 }), words: /from 1 to 5; got 0/ },
    { which: 'too much', text: withNote({ Level: 6 }), words: /from 1 to 5; got 6/ },
    {
      which: 'too much inside',
      text: withNote({ Reading: { Temperature: 99.6 } }),
      words: /'Reading\.Temperature' must be a number to 99\.5; got 99\.6/,
    },
    {
      which: 'no number at all',
      text: '{"Parameters":{"Note":"n","Reading":{"Temperature":-1e999}}}',
      words: /must be a number/,
    },
    { which: 'null', text: withNote({ Note: null }), words: /'Note' must be a text; got null/ },
    { which: 'a number for a text', text: withNote({ Note: 5 }), words: /'Note' must be a text; got 5/ },
    { which: 'a list for an object', text: withNote({ Reading: [] }), words: /'Reading' must be an object; got \[\]/ },
    {
      which: 'no truth',
      text: withNote({ Reading: { Dry: 'true' } }),
      words: /'Reading\.Dry' must be true or false; got "true"/,
    },
    { which: 'no day', text: withNote({ At: '2026-02-30T00:00:00Z' }), words: /'At' must be a date and time like/ },
    {
      which: 'what cannot be changed',
      text: withNote({ Mode: 'full' }),
      words: /'Mode' is not editable: it is always "eco"; got "full"/,
    },
    { which: 'what grows too long', text: withNote({ Note: 'n'.repeat(8180) }), words: /at most 8192/ },
  ])('is refused with $which', ({ text, words }) => {
    expect(() => composeMessage(text, thermostat, usual)).toThrow(words);
  });

  test('that is taken is taken again as it was made, whatever it holds', () => {
    const values = fc.record(
      {
        Level: fc.integer({ min: 1, max: 5 }),
        Note: fc.string({ maxLength: 50 }),
        Reading: fc.record({ Dry: fc.boolean() }),
      },
      { requiredKeys: ['Note'] },
    );
    fc.assert(
      fc.property(values, (Parameters) => {
        const made = composeMessage(JSON.stringify({ Parameters }), thermostat, usual);
        expect(composeMessage(made, thermostat, usual)).toBe(made);
      }),
    );
  });
});

describe('additional properties of a property definition', () => {
  const type = propertyType['Whole Number'];
  test.each([
    { which: 'nothing', type, text: null, wrong: undefined },
    {
      which: 'a range with a default at its end',
      type,
      text: '{"default":1,"MinValue":1,"MaxValue":1}',
      wrong: undefined,
    },
    { which: 'what we do not know', type, text: '{"color":"red"}', wrong: undefined },
    { which: 'no object', type, text: '[]', wrong: /JSON object/ },
    { which: 'a limit that is no number', type, text: '{"MinValue":"1"}', wrong: /number as MinValue; got "1"/ },
    { which: 'limits the wrong way round', type, text: '{"MinValue":2,"MaxValue":1}', wrong: /MinValue above/ },
    {
      which: 'a default beyond them',
      type,
      text: '{"MaxValue":1,"default":2}',
      wrong: /whole number to 1 as default; got 2/,
    },
    { which: 'limits of a text', type: propertyType.String, text: '{"MaxValue":1}', wrong: /Whole Number or Decimal/ },
    {
      which: 'a default of an object',
      type: propertyType.Object,
      text: '{"default":{}}',
      wrong: /parts have their own/,
    },
    {
      which: 'null as default',
      type: propertyType.Boolean,
      text: '{"default":null}',
      wrong: /true or false as default; got null/,
    },
  ])('$which', ({ type: msdyn_type, text, wrong }) => {
    const found = wrongInDefinition({ msdyn_type, msdyn_additionalproperties: text });
    if (wrong) expect(found).toMatch(wrong);
    else expect(found).toBeUndefined();
  });
});
