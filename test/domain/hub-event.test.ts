import { valuesIn } from '../../shared/domain/hub-event';
import { dataText, understand } from '../../shared/domain/incoming';

const alert = '{"readingtype":"T","reading":82.50,"description":"ü 😀"}';

describe('an alert keeps the JSON that its device sent', () => {
  const asSent: [which: string, body: string, kept: string, isBytes: boolean][] = [
    ['as it came', alert, alert, true],
    ['without a byte order mark', `\ufeff${alert}`, alert, false],
    ['without blanks around it', ` ${alert}\r\n`, alert, false],
    ['on several lines', alert.replaceAll(',', ',\n'), alert.replaceAll(',', ',\n'), true],
    ['one of several in a message', `[${alert}]`, JSON.stringify(JSON.parse(alert)), false],
  ];

  it.each(asSent)('%s', (_which, body, kept, isBytes) => {
    const read = valuesIn(Buffer.from(body));
    if (!('values' in read)) throw new Error(read.detail);
    const { values, text, written } = read;
    const sender = { connectionDeviceId: 'd1', messageId: undefined, enqueued: 0, forOthers: true };
    const understood = understand({ value: values[0], text, written, ...sender });
    if (understood.kind !== 'alert') throw new Error(understood.kind);
    expect(dataText(understood)).toBe(kept);
    expect(typeof understood.data !== 'string').toBe(isBytes);
  });
});
