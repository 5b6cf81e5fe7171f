import { expect, test } from 'vitest';
import { framePolicy, hasRemotePictures, withoutLinks } from '#app/domain/content/remote-pictures.ts';

test.each([
  ['<img src="https://pictures.example/a.png">', true],
  ['<IMG alt="" SRC=http://pictures.example/a.png>', true],
  [`<img src='//pictures.example/a.png'>`, true],
  ['<img srcset="small.png 1x, https://pictures.example/b.png 2x">', true],
  ['<table background="https://pictures.example/a.png">', true],
  ['<td style="background:url(https://pictures.example/a.png)">', true],
  ['<td style="background: url(&quot;https://pictures.example/a.png&quot;)">', true],
  ['<style>@font-face { src: url( "//fonts.example/a.woff" ) }</style>', true],
  ['<style>@import "https://styles.example/a.css";</style>', true],
  ['<v:fill src="https://pictures.example/a.png">', true],
  ['<img src="data:image/png;base64,iVBORw0KGgo=">', false],
  ['<a href="https://shop.example/">Shop</a>', false],
  ['<p>Look at https://shop.example/ today</p>', false],
  ['', false],
])('%s has pictures of other servers: %s', (html, wanted) => {
  expect(hasRemotePictures(html)).toBe(wanted);
});

test('a frame loads nothing of other servers until pictures are asked for', () => {
  expect(framePolicy(false)).not.toMatch(/https?:/);
  expect(framePolicy(true)).toMatch(/img-src https: data:/);
  for (const pictures of [false, true]) expect(framePolicy(pictures)).toMatch(/^default-src 'none'/);
});

test('a message as long as may be is looked through at once', () => {
  expect(hasRemotePictures(`<img src="${'a'.repeat(1_000_000)}`)).toBe(false);
  expect(hasRemotePictures('src='.repeat(250_000))).toBe(false);
  for (const start of ['url(', 'src=', 'src', '<img srcset']) expect(hasRemotePictures(start + ' '.repeat(1_000_000))).toBe(false);
});

test.each([
  ['<link rel="preconnect" href="//who.example">', '<x-link rel="preconnect" href="//who.example">'],
  [`<p title='"'><LINK\nrel=dns-prefetch href=//who.example>`, `<p title='"'><x-link\nrel=dns-prefetch href=//who.example>`],
  ['<link/rel=preconnect href=//who.example>', '<x-link/rel=preconnect href=//who.example>'],
  ['<linked>', '<linked>'],
])('%s calls nobody beforehand', (html, shown) => {
  expect(withoutLinks(html)).toBe(shown);
});
