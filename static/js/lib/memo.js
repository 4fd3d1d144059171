/* What follows from an object alone, read once: a changed row is another object.
 * onceEach(read) → (object) => read(object), kept as long as the object is */

export function onceEach(read) {
  const known = new WeakMap();
  return (object) => {
    if (!known.has(object)) known.set(object, read(object));
    return known.get(object);
  };
}
