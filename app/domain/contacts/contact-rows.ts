/** One row of a contact file, split into whom to write to and what to say. */
export interface ContactRow {
  /** Where the row starts: the line in a CSV file, the position of the item in a JSON list; from 1. */
  line: number;
  /** As the file writes it. */
  address: string;
  /** The other columns as JSON text, `{"first_name":"Ana"}`; made here since rows are many and objects are slow. */
  variables: string;
}

export interface ContactRows {
  /** In file order; one array for each block read, so that whoever reads them sets the pace. */
  batches: AsyncIterable<ContactRow[]>;
  /** Names of all columns but the address, in file order. Complete once the batches are at their end. */
  variables(): string[];
}
