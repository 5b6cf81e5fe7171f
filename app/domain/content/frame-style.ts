/** What a message looks like in a frame before its own styles: on white, as in most mail programs. Margins, fonts and widths are the message's own. */
export const frameStyle = 'body{background:#fff;color:#111}';
