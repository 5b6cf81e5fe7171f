/** Where a BI tool finds the views. Never with a password: that is in a file, or known to who made the login. */
export interface Connection {
  host: string;
  port: string;
  database: string;
  /** Null: an administrator of the database makes one. */
  user: string | null;
  /** Where the password of this user is, on the machine that Rollcall runs on. */
  passwordFile: string | null;
}
