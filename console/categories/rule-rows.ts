/** A rule as it is typed: texts, so that what is not right yet can stand there. */
export interface RuleRow {
  measure: string;
  when: 'above' | 'below';
  threshold: string;
  ruleoutput: string;
}

export const newRow: RuleRow = { measure: '', when: 'above', threshold: '', ruleoutput: '' };

/** The rows of a text of rules; undefined when it is not an array of objects, and only a text can show it. */
export function rowsOf(text: string): RuleRow[] | undefined {
  if (text.trim() === '') return [];
  try {
    const json: unknown = JSON.parse(text);
    if (!Array.isArray(json) || json.some((rule) => typeof rule !== 'object' || rule === null)) return undefined;
    return json.map((rule: Record<string, unknown>) => ({
      measure: wordOf(rule['measure']),
      when: rule['when'] === 'below' ? 'below' : 'above',
      threshold: wordOf(rule['threshold']),
      ruleoutput: wordOf(rule['ruleoutput']),
    }));
  } catch {
    return undefined;
  }
}

/** The text of rules; a threshold that is no number stays a text, so that the check of the rules names it. */
export function textOf(rows: readonly RuleRow[]): string {
  if (rows.length === 0) return '';
  return JSON.stringify(
    rows.map(({ measure, when, threshold, ruleoutput }) => ({
      measure: measure.trim(),
      threshold: threshold.trim() === '' || Number.isNaN(Number(threshold)) ? threshold : Number(threshold),
      ...(when === 'below' && { when }),
      ...(ruleoutput.trim() !== '' && { ruleoutput: ruleoutput.trim() }),
    })),
  );
}

const wordOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
