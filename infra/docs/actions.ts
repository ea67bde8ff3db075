import { actions, complexTypes, fieldsOf } from '../../shared/model/actions';
import type { Action } from '../../shared/model/actions';
import { entity } from '../../shared/model/entities';
import { code, heading, table } from './markdown';
import type { Block } from './markdown';

const rows: readonly (readonly [string, Action])[] = Object.entries(actions);

/** How each action is called. */
export function actionsSection(): Block[] {
  return [
    heading(2, 'Actions'),
    'Called with POST and a JSON object of parameters. A parameter that is not required may be left out or null.',
    ...Object.entries(complexTypes).map(
      ([name, fields]) =>
        `${code(name)} holds ${fields.map(({ name: field, type }) => `${code(field)} (${nameOf(type)})`).join(', ')}.`,
    ),
    ...rows.flatMap(([name, row]) => actionSection(name, row)),
  ];
}

function nameOf(type: string): string {
  return type.replace('Edm.', '').replace(/^Collection\((.*)\)$/, 'list of $1');
}

function actionSection(name: string, { displayName, description, boundTo, parameters, result }: Action): Block[] {
  const path = boundTo === null ? name : `${entity(boundTo).set}(<id>)/Microsoft.Dynamics.CRM.${name}`;
  const fields = result ? fieldsOf(result).map(({ name: field, type }) => `${code(field)} (${nameOf(type)})`) : [];
  const isRare = result && 'nullable' in result && result.nullable;
  const answer = !result
    ? 'Answers 204.'
    : `${isRare ? 'Answers 204; with `DryRun`' : 'Answers'} 200 with ${fields.join(', ')}.`;
  return [
    heading(3, code(name)),
    `${displayName}. ${description}`,
    `${code(`POST ${path}`)}. ${answer}`,
    ...(parameters.length === 0
      ? []
      : [
          table(
            ['parameter', 'type', 'required', 'meaning'],
            parameters.map((parameter) => [
              code(parameter.name),
              parameter.type.slice('Edm.'.length),
              parameter.nullable ? 'no' : 'yes',
              parameter.description,
            ]),
          ),
        ]),
  ];
}
