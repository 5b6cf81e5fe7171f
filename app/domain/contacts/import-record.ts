/** One contact file that came into a campaign. `created_at` is ISO 8601 in UTC. */
export interface ImportRecord {
  id: number;
  /** Null where a program sent it without a name. */
  file_name: string | null;
  rows: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  /** Of `rejected`: people whose status in the file says that they must not be written to. */
  left_out: number;
  created_at: string;
  created_by: string | null;
}

/** An import that runs, or that failed and was not seen yet. */
export interface RunningImport {
  id: number;
  file_name: string | null;
  state: 'reading' | 'saving' | 'failed';
  /** Read up to now. */
  rows: number;
  /** Why it failed. */
  message: string | null;
  started_by: string | null;
  started_at: string;
}
