/** What a campaign page's action answers: null where it worked. */
export interface ActAnswer {
  problem: { title: string; detail: string } | null;
}
