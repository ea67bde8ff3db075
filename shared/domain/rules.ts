/** A threshold on one measure of the telemetry of a device category, kept as JSON in the column `ccs_rules`. */
export interface Rule {
  /** Name of a numeric property of the telemetry; letter case does not matter. */
  measure: string;
  /** The reading must be strictly greater (or, with `when: 'below'`, strictly less) to fire. */
  threshold: number;
  when: 'above' | 'below';
  /** What the alert is called, e.g. `AlarmTemp`. */
  ruleoutput: string;
}

export type ParsedRules = { kind: 'ok'; rules: Rule[] } | { kind: 'invalid'; reason: string };

/** Times the items of a message, this is how many alerts one message can raise; see `itemsPerEvent`. */
const mostRules = 16;

const allowed = ['measure', 'threshold', 'when', 'ruleoutput'];

/**
 * Reads the JSON of `ccs_rules`: an array of `{measure, threshold, ruleoutput?, when?: 'above' | 'below'}`. Empty text
 * means no rules. The reason of a refusal names the rule and what is allowed there.
 */
export function parseRules(text: string | null | undefined): ParsedRules {
  if (!text?.trim()) return { kind: 'ok', rules: [] };
  const json = parse(text);
  if (!Array.isArray(json)) return { kind: 'invalid', reason: 'ccs_rules must be a JSON array of rules.' };
  if (json.length > mostRules)
    return { kind: 'invalid', reason: `ccs_rules has ${json.length} rules; at most ${mostRules} are allowed.` };
  const rules: Rule[] = [];
  for (const [index, item] of json.entries()) {
    const rule = readRule(item);
    if (typeof rule === 'string') return { kind: 'invalid', reason: `Rule ${index + 1} of ccs_rules: ${rule}` };
    rules.push(rule);
  }
  return { kind: 'ok', rules };
}

/** Whether a reading fires a rule; a reading equal to the threshold does not. */
export function fires(rule: Rule, reading: number): boolean {
  return rule.when === 'above' ? reading > rule.threshold : reading < rule.threshold;
}

function readRule(item: unknown): Rule | string {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return 'it must be an object.';
  const { measure, threshold, when = 'above', ruleoutput, ...rest } = item as Record<string, unknown>;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) return `"${unknown}" is not known; allowed are ${allowed.join(', ')}.`;
  if (typeof measure !== 'string' || measure === '' || measure.length > 100) {
    return '"measure" must be the name of a telemetry property, 1 to 100 characters.';
  }
  if (typeof threshold !== 'number') return '"threshold" must be a number.';
  if (when !== 'above' && when !== 'below') return '"when" must be "above" or "below".';
  if (ruleoutput !== undefined && (typeof ruleoutput !== 'string' || ruleoutput.length > 100)) {
    return '"ruleoutput" must be a text of at most 100 characters.';
  }
  return { measure, threshold, when, ruleoutput: ruleoutput ?? `Alarm${measure}` };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
