import type { EntityRecord } from '../model/entities';
import { fillParameters } from './command-parameters';
import type { CommandParameter } from './command-parameters';
import { ServiceError } from './errors';
import { nameOf } from './fields';
import { isObject, objectIn, own } from './json-values';
import type { JsonObject } from './json-values';

type IotSettings = EntityRecord<'msdyn_iotsettings'>;

/** Under which keys of a message its name and its parameters stand. */
export interface MessageKeys {
  name: string;
  parameters: string;
}

/** What a command definition says of its commands. */
export interface CommandDefinition {
  name: string;
  parameters: readonly CommandParameter[];
}

/** The longest message, in characters. */
const longestMessage = 8192;

/** The keys that the settings name, or those of the original. */
export function keysIn(settings: IotSettings | undefined): MessageKeys {
  return {
    name: settings?.msdyn_commandnameproperty ?? 'CommandName',
    parameters: settings?.msdyn_commandparametersproperty ?? 'Parameters',
  };
}

/** What is wrong with the keys that settings name. */
export function wrongInKeys(settings: IotSettings): string | undefined {
  const { name, parameters } = keysIn(settings);
  if (name !== parameters) return undefined;
  return `msdyn_commandnameproperty and msdyn_commandparametersproperty must differ; both are '${name}'.`;
}

/**
 * The message of a command: as it was sent when that is right, or made by the definition. Throws `invalid-value` that
 * says what is allowed.
 */
export function composeMessage(
  text: string | null,
  definition: CommandDefinition | undefined,
  keys: MessageKeys,
): string {
  const given = text === null ? undefined : objectIn(text);
  if (text !== null && !given) throw refused(`must be the text of a JSON object, e.g. ${example(keys)}.`);
  if (definition) return made(given ?? {}, definition, keys);
  if (!given) throw refused(`is required where no msdyn_Command is bound, e.g. ${example(keys)}.`);
  checkName(given, keys);
  parametersIn(given, keys);
  return text!;
}

function made(given: JsonObject, definition: CommandDefinition, keys: MessageKeys): string {
  const { name } = definition;
  const stranger = Object.keys(given).find((key) => key !== keys.name && key !== keys.parameters);
  if (stranger !== undefined) {
    throw refused(`of a command with a definition may hold ${keys.parameters} only; got ${nameOf(stranger)}.`);
  }
  if (Object.hasOwn(given, keys.name) && given[keys.name] !== name) {
    const got = nameOf(given[keys.name]);
    throw refused(`must hold ${nameOf(name)}, its definition's name, as ${keys.name}, or leave it out; got ${got}.`);
  }
  const parameters = fillParameters(definition.parameters, parametersIn(given, keys), '');
  const message = JSON.stringify({ [keys.name]: name, [keys.parameters]: parameters });
  if (message.length <= longestMessage) return message;
  throw refused(`with its defaults has ${message.length} characters; at most ${longestMessage} are allowed.`);
}

function checkName(given: JsonObject, keys: MessageKeys): void {
  const name = own(given, keys.name);
  if (typeof name === 'string' && name.trim() !== '') return;
  const got = name === undefined ? 'nothing' : nameOf(name);
  throw refused(`must hold the command's name as ${keys.name}, a text that is not empty; got ${got}.`);
}

function parametersIn(given: JsonObject, keys: MessageKeys): JsonObject {
  const parameters = Object.hasOwn(given, keys.parameters) ? given[keys.parameters] : {};
  if (isObject(parameters)) return parameters;
  throw refused(`must hold an object as ${keys.parameters}; got ${nameOf(parameters)}.`);
}

const example = ({ name, parameters }: MessageKeys) => JSON.stringify({ [name]: 'Reset Thermostat', [parameters]: {} });

const refused = (words: string) => new ServiceError('invalid-value', `msdyn_message ${words}`);
