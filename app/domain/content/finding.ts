/** Something about one template; its offset becomes a line. */
export interface Finding {
  message: string;
  offset: number;
  severity: 'error' | 'warning';
}
