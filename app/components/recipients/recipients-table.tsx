import { memo } from 'react';
import { fits, type LedgerFilter } from '#app/domain/recipients/ledger-filter.ts';
import type { RecipientJson } from '#app/domain/recipients/recipient.ts';
import { RecipientRow } from './recipient-row.tsx';
import classes from './recipients-table.module.css';

interface Props {
  rows: readonly RecipientJson[];
  filter: LedgerFilter;
  /** The campaign's path, and the search part that the links keep. */
  path: string;
  search: string;
  /** The recipient whose story is open. */
  openId: number | null;
  mayAct: boolean;
  closed: boolean;
}

/** A table where there is room, a list of cards on a phone: the same markup, so that it is a table for everybody. */
export const RecipientsTable = memo(function RecipientsTable({ rows, filter, path, search, openId, mayAct, closed }: Props) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: on phones the table is laid out as cards, and browsers would drop its role
    <table className={classes.table} role="table">
      <caption className={classes.caption}>Recipients and what became of each</caption>
      <thead className={classes.head}>
        <tr>
          <th scope="col" className={classes.heading}>
            Recipient
          </th>
          <th scope="col" className={classes.heading}>
            Status
          </th>
          <th scope="col" className={classes.heading}>
            Activity
          </th>
          <th scope="col" className={classes.heading}>
            Attempts
          </th>
          <th scope="col" className={classes.heading}>
            Reason
          </th>
          <th scope="col" className={classes.heading}>
            <span className={classes.caption}>Actions</span>
          </th>
        </tr>
      </thead>
      {/* Rows change in place while one reads them. */}
      <tbody translate="no">
        {rows.map((row) => (
          <RecipientRow
            key={row.id}
            row={row}
            to={`${path}/recipients/${row.id}${search}`}
            current={row.id === openId}
            left={!fits(filter, row)}
            mayAct={mayAct}
            closed={closed}
          />
        ))}
      </tbody>
    </table>
  );
});
