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
