import { fires } from '../../shared/domain/rules';
import type { Rule } from '../../shared/domain/rules';
import { categoryResponse } from '../../shared/model/choices';
import type { Alert } from '../../shared/model/entities';

/** What other rules would have made of alerts that were raised. */
export interface Trial {
  alerts: number;
  /** Those that would still have been raised. */
  kept: number;
  /** Cases and work orders that the alerts opened. */
  tickets: number;
  /** Those that would still have been opened. */
  keptTickets: number;
}

/**
 * Looks at alerts with other rules and another response. A ticket stays when any alert behind it, a duplicate included,
 * would still have been raised. Alerts without a reading were not raised by a rule, so they stay. Telemetry that raised no
 * alert is not stored: what looser rules would add cannot be known from here.
 */
export function tryRules(alerts: readonly Alert[], rules: readonly Rule[], response: number | null | undefined): Trial {
  const ticketOf = new Map(alerts.map((alert) => [alert.msdyn_iotalertid, ticketIn(alert)]));
  const kept = alerts.filter((alert) => isRaised(alert, rules));
  const opensNothing = response === categoryResponse.None;
  const behind = (list: readonly Alert[]) =>
    new Set(list.map((alert) => ticketIn(alert) ?? ticketOf.get(alert._msdyn_parentalert_value ?? '')).filter(Boolean));
  return {
    alerts: alerts.length,
    kept: kept.length,
    tickets: behind(alerts).size,
    keptTickets: opensNothing ? 0 : behind(kept).size,
  };
}

const ticketIn = (alert: Alert) => alert._msdyn_case_value ?? alert._msdyn_workorder_value ?? undefined;

function isRaised({ ccs_readingtype: type, ccs_reading: reading }: Alert, rules: readonly Rule[]): boolean {
  if (!type || typeof reading !== 'number') return true;
  return rules.some((rule) => rule.measure.toLowerCase() === type.toLowerCase() && fires(rule, reading));
}
