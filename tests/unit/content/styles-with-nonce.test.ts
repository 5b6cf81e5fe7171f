import { expect, test } from 'vitest';
import { stylesWithNonce } from '#app/domain/content/styles-with-nonce.ts';

test.each([
  ['<style>p{}</style>', '<style nonce="k">p{}</style>'],
  ['<p>x</p><STYLE media="all">', '<p>x</p><style nonce="k" media="all">'],
  ['<script x="<style" src="y"></script>', '<script x="<style" src="y"></script>'],
  ["<script x='<style>'></script>", "<script x='<style>'></script>"],
  ['<!-- <style> --><p>', '<!-- <style> --><p>'],
  ['<styles>', '<styles>'],
])('%s', (html, expected) => {
  expect(stylesWithNonce(html, 'k')).toBe(expected);
});
