export interface FailureGroup {
  code: string;
  label: string;
  /** Recipients that are failed for this reason now. */
  count: number;
}
