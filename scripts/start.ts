// npm start, once everything is installed and built.
import { runProduct } from './launch/run-product.ts';

await runProduct({ development: process.argv.includes('--dev') });
