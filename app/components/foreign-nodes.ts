/**
 * Lets React live with nodes that others have put into the page: a browser that translates replaces texts by elements of its own, extensions
 * add, move and remove nodes. What React then wants to remove is no longer where it was, and its whole tree would end in an error.
 * Texts that change are never handed to a translator (`translate="no"`, or another element for other words); this is for all the others.
 */
export function bearForeignNodes(): void {
  const { removeChild, insertBefore } = Node.prototype;
  Node.prototype.removeChild = function <T extends Node>(this: Node, child: T): T {
    if (child.parentNode === this) return removeChild.call(this, child) as T;
    // Wrapped by somebody: the wrapper goes with it. Replaced by somebody: it is gone already.
    for (let outer = child.parentNode; outer; outer = outer.parentNode) {
      if (outer.parentNode === this) {
        removeChild.call(this, outer);
        break;
      }
    }
    return child;
  };
  Node.prototype.insertBefore = function <T extends Node>(this: Node, child: T, before: Node | null): T {
    let place = before;
    while (place && place.parentNode !== this) place = place.parentNode;
    return insertBefore.call(this, child, place) as T;
  };
}

/** Around all that a page shows: beside it stand only styles, scripts and preloads of ours. */
export const PAGE_ID = 'page';

/** All names of `<meta>` that the root and the routes give: one that is missing here is taken out, and React draws its page anew. */
export const ownMeta = ['viewport', 'color-scheme', 'description', 'robots'];

/** Ours are known by the page's nonce, by where they come from, or by their name. */
function isOwn(node: Element): boolean {
  if (node.id === PAGE_ID) return true;
  switch (node.tagName) {
    case 'SCRIPT':
    case 'STYLE':
      return (node as HTMLScriptElement | HTMLStyleElement).nonce !== '';
    case 'LINK':
      return (node as HTMLLinkElement).href.startsWith(`${location.origin}/`);
    case 'META':
      return node.hasAttribute('charset') || ownMeta.includes((node as HTMLMetaElement).name);
    default:
      return ['TITLE', 'NOSCRIPT', 'BASE'].includes(node.tagName);
  }
}

/**
 * Takes out what extensions put into the page before React could take it over: React would find what it did not expect, report errors and draw
 * the whole page anew.
 *
 * @returns puts all of it back
 */
export function setForeignNodesAside(): () => void {
  const { documentElement: root, head, body } = document;
  const foreign = [
    ...[...root.children].filter((node) => node !== head && node !== body),
    ...[...head.children, ...body.children].filter((node) => !isOwn(node)),
    // No element of ours has a name with a hyphen.
    ...[...(document.getElementById(PAGE_ID)?.querySelectorAll('*') ?? [])].filter(({ localName }) => localName.includes('-')),
  ];
  const places = foreign.map((node) => ({ node, parent: node.parentNode, before: node.nextSibling }));
  for (const node of foreign) node.remove();
  return () => {
    for (const { node, parent, before } of places.reverse()) {
      if (parent?.isConnected && !node.isConnected) parent.insertBefore(node, before?.parentNode === parent ? before : null);
    }
  };
}
