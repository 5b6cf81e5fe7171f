import { auditFilter, auditPageFilter } from '../../domain/audit/audit-entry.ts';
import { exportAuditCsv, exportAuditLines } from '../../domain/audit/export-audit.server.ts';
import { listAudit } from '../../domain/audit/list-audit.server.ts';
import { csvOptions } from '../../domain/csv-style.ts';
import { csvResponse } from '../../http/csv-response.server.ts';
import { csvStyleOf } from '../../http/csv-style.server.ts';
import { operation } from './operation.ts';

export const auditOperations = {
  listAudit: operation({
    method: 'GET',
    path: '/audit',
    summary: 'Who did what, on what, from where, and what was refused: the newest first',
    permission: 'audit:read',
    query: auditPageFilter,
    status: 200,
    answer: 'AuditPage',
    problems: [422],
    run: ({ context, query }) => listAudit(context.db, query),
  }),
  exportAudit: operation({
    method: 'GET',
    path: '/audit.csv',
    summary: 'The audit log, or what is chosen of it, as a stream of CSV, the oldest first',
    permission: 'audit:read',
    query: auditFilter.extend(csvOptions.shape),
    status: 200,
    contentType: 'text/csv',
    problems: [422],
    run: async ({ context, query: { delimiter: _, sep: __, ...filter }, request }) =>
      csvResponse('audit-log.csv', await exportAuditCsv(context.db, filter, csvStyleOf(request))),
  }),
  exportAuditLines: operation({
    method: 'GET',
    path: '/audit.ndjson',
    summary: 'The same as a stream of JSON objects, one a line',
    permission: 'audit:read',
    query: auditFilter,
    status: 200,
    contentType: 'application/x-ndjson',
    problems: [422],
    run: async ({ context, query }) => csvResponse('audit-log.ndjson', await exportAuditLines(context.db, query), 'application/x-ndjson'),
  }),
};
