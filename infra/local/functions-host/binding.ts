import type { RegisteredFunction } from './functions-core';
import type { Binding } from './rpc';

/** The trigger of a function: the one binding whose type ends in "Trigger". */
export function triggerOf(target: RegisteredFunction): { name: string; binding: Binding } {
  const [name, binding] = Object.entries(target.metadata.bindings).find(([, { type }]) => /trigger$/i.test(type))!;
  return { name, binding };
}

/** An option the app wrote as text, or '' when it is missing. */
export function optionOf(binding: Binding, name: string): string {
  const value = binding[name];
  return typeof value === 'string' ? value : '';
}

export function isHttp(target: RegisteredFunction): boolean {
  return triggerOf(target).binding.type.toLowerCase() === 'httptrigger';
}

/** Switched off by the setting the real host reads. */
export function isDisabled(target: RegisteredFunction): boolean {
  return /^(true|1)$/i.test(process.env[`AzureWebJobs.${target.metadata.name}.Disabled`] ?? '');
}
