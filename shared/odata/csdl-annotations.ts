import { element } from './xml';
import type { Xml } from './xml';

const core = 'Org.OData.Core.V1';
const validation = 'Org.OData.Validation.V1';

/** The vocabularies that annotations are taken from. */
export const vocabularies = [core, validation] as const;

/** Says of a property that callers cannot write it. */
export const notWritten: Xml = element('Annotation', {
  Term: `${core}.Permissions`,
  EnumMember: `${core}.Permission/Read`,
});

/** Says of a property that callers set it when they create the record, and not afterwards. */
export const setOnce: Xml = element('Annotation', { Term: `${core}.Immutable`, Bool: 'true' });

/** What something is called or does, in words. */
export function described(text: string): Xml {
  return element('Annotation', { Term: `${core}.Description`, String: text });
}

/** The options of a choice and what they are called. */
export function allowedValues(options: Readonly<Record<string, number>>): Xml {
  const records = Object.entries(options).map(([label, value]) =>
    element('Record', {}, [element('PropertyValue', { Property: 'Value', Int: String(value) }), described(label)]),
  );
  return element('Annotation', { Term: `${validation}.AllowedValues` }, [element('Collection', {}, records)]);
}

/** A second key of an entity type: one property. */
export function alternateKeys(property: string): Xml {
  const reference = element('Record', { Type: `${core}.PropertyRef` }, [
    element('PropertyValue', { Property: 'Name', PropertyPath: property }),
    element('PropertyValue', { Property: 'Alias', String: property }),
  ]);
  const key = element('Record', { Type: `${core}.AlternateKey` }, [
    element('PropertyValue', { Property: 'Key' }, [element('Collection', {}, [reference])]),
  ]);
  return element('Annotation', { Term: `${core}.AlternateKeys` }, [element('Collection', {}, [key])]);
}
