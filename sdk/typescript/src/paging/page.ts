/** A page of a list, newest first unless the operation says otherwise. */
export interface Page<T> {
  readonly data: readonly T[];
  /** The cursor of the next page. Null: this is the last one. */
  readonly next_cursor: string | null;
}
