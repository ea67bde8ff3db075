/** What keeps a text from being a JSON object, in words; undefined when it is one, or empty. */
export function jsonProblem(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? undefined
      : 'It must be a JSON object, such as {"floor": 2}.';
  } catch (error) {
    return `It is not JSON: ${(error as Error).message}`;
  }
}
