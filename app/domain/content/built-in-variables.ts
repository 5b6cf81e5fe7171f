/** Every template may use these: the recipient's own address or number, and the link under which they unsubscribe. */
export const builtInVariables = ['address', 'unsubscribe_url'] as const;
