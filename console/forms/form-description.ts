import type { ComponentType } from 'react';
import type { EntityName } from '../../shared/model/entities';
import type { Body, Loaded } from '../api/web-api';

/** A group of fields under a heading. */
export interface Section<N extends EntityName> {
  title: string;
  fields: readonly (keyof Loaded<N> & string)[];
}

/** A page of a form beside its fields: lists of what belongs to the record, charts. */
export interface FormTab<N extends EntityName> {
  key: string;
  name: string;
  Content: ComponentType<{ record: Loaded<N> }>;
}

/** The form of a table's records, as data. Which fields can be changed follows from the model. */
export interface FormDescription<N extends EntityName> {
  table: N;
  /** Where its list is. */
  path: string;
  /** Read-only facts beside the name. */
  facts: readonly (keyof Loaded<N> & string)[];
  sections: readonly Section<N>[];
  tabs?: readonly FormTab<N>[];
  /** Fields of the model that people do not change here. */
  fixed?: readonly (keyof Loaded<N> & string)[];
  /** Between the name and the fields, e.g. where a process stands. */
  Banner?: ComponentType<FormPartProps<N>>;
  commands?: ComponentType<FormPartProps<N>>;
  /** A field that needs more than its kind of column says. */
  editors?: { readonly [P in keyof Loaded<N> & string]?: ComponentType<EditorProps> };
  deletable?: boolean;
}

export interface FormPartProps<N extends EntityName> {
  record: Loaded<N>;
  /** Reads the record anew, after something was done. */
  reload: () => void;
  /** Whether something is entered and not saved: then actions wait. */
  dirty: boolean;
  /** Writes these values, on condition that the record is as it is shown. */
  change: (body: Body) => Promise<void>;
}

/** An editor of one text. */
export interface EditorProps {
  label: string;
  value: string;
  /** Everything the form shows, unsaved changes included. */
  values: object;
  onChange: (value: string) => void;
}
