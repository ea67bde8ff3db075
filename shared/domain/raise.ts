import { alertType } from '../model/choices';
import { fieldIn, isNumber, wrongType } from './fields';
import type { Refusal } from './fields';
import { describe } from './incoming';
import type { IncomingAlert, Telemetry } from './incoming';
import { fires } from './rules';
import type { Rule } from './rules';

/**
 * Applies a category's rules to telemetry: one alert for each rule that fires, one refusal for each measure that is not a
 * number. A measure that is missing or null fires nothing.
 */
export function raise(telemetry: Telemetry, rules: readonly Rule[]): (IncomingAlert | Refusal)[] {
  return rules.flatMap((rule): (IncomingAlert | Refusal)[] => {
    const reading = fieldIn(telemetry.values, rule.measure.toLowerCase());
    if (reading === undefined || reading === null) return [];
    if (!isNumber(reading)) return [wrongType(rule.measure, 'a finite number', reading)];
    return fires(rule, reading) ? [alertOf(telemetry, rule, reading)] : [];
  });
}

function alertOf(telemetry: Telemetry, rule: Rule, reading: number): IncomingAlert {
  const { deviceId, time, token, messageId } = telemetry;
  const record = {
    deviceid: deviceId,
    readingtype: rule.measure,
    reading,
    eventtoken: token,
    threshold: rule.threshold,
    ruleoutput: rule.ruleoutput,
    time: new Date(time).toISOString(),
  };
  return {
    kind: 'alert',
    deviceId,
    time,
    type: alertType.Anomaly,
    description: describe(rule.measure, reading, rule.threshold, rule.when === 'above' ? 'exceeded' : 'fell below'),
    data: JSON.stringify(record),
    token,
    readingType: rule.measure,
    reading,
    threshold: rule.threshold,
    ruleOutput: rule.ruleoutput,
    messageId,
  };
}
