/** What a message looks like in a frame before its own styles: as in most mail programs, on white, with nothing wider than the frame. */
export const frameStyle = 'body{margin:14px;font-family:sans-serif;background:#fff;color:#111;overflow-wrap:anywhere}img{max-width:100%}';
