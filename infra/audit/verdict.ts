/** What is known of the weaknesses of the packages the app runs on. */
export type Verdict =
  | {
      kind: 'answered';
      /** One line each, worst first. */ grave: string[];
      /** How many are less than high. */ lesser: number;
    }
  | { kind: 'unanswered'; why: string };

interface Advisory {
  name: string;
  severity: string;
  range: string;
  title: string;
  url: string;
}

interface Report {
  auditReportVersion?: number;
  message?: string;
  /** By package; what it has through another package is told as that one's name. */
  vulnerabilities?: Record<string, { via: (Advisory | string)[] }>;
}

const graveOnes = ['critical', 'high'];

/** Reads what `npm audit --json` printed. Anything but a report is no answer: it says nothing about any package. */
export function verdictOf(printed: string): Verdict {
  const report = reportIn(printed);
  if (typeof report === 'string') return { kind: 'unanswered', why: report };
  const found = Object.values(report.vulnerabilities ?? {}).flatMap(({ via }) =>
    via.filter((cause) => typeof cause !== 'string'),
  );
  const grave = found.filter(({ severity }) => graveOnes.includes(severity));
  const lines = grave
    .toSorted((a, b) => graveOnes.indexOf(a.severity) - graveOnes.indexOf(b.severity))
    .map(({ severity, name, range, title, url }) => `${severity}: ${name} ${range}: ${title} (${url})`);
  return { kind: 'answered', grave: lines, lesser: found.length - grave.length };
}

/** The report, or why there is none. */
function reportIn(printed: string): Report | string {
  try {
    const report = JSON.parse(printed) as Report;
    return report.auditReportVersion === 2 ? report : (report.message ?? 'npm audit printed no report');
  } catch {
    return printed.trim() === '' ? 'npm audit printed nothing' : 'npm audit printed no JSON';
  }
}
