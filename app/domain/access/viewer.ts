export const roles = ['admin', 'marketer', 'support', 'analyst'] as const;
export type Role = (typeof roles)[number];

/** Who asks: a person with a session, or a program with an API key. */
export interface Viewer {
  id: string;
  name: string;
  email: string | null;
  role: Role;
  via: 'session' | 'key';
  /** How the log names them: the person's name, or the key's. */
  label: string;
}
