'use client';

import { type RefObject, useEffect, useRef } from 'react';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/**
 * Tells a field's `onChange` of what stood in it before its code was there: somebody types as soon as the page is painted,
 * and a browser fills fields in again after "back". React takes over such a text in silence, and all that follows from it
 * would be missing. @returns what the field takes as its `ref`
 */
export function useTypedEarly<T extends Field>(): RefObject<T | null> {
  const field = useRef<T>(null);
  useEffect(() => {
    const node = field.current;
    if (!node) return;
    const { value } = node;
    const painted = paintedIn(node);
    if (value === painted) return;
    // React takes a change for news only where the value is another than the one that was set on the node itself.
    node.value = painted;
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(node), 'value')?.set?.call(node, value);
    node.dispatchEvent(new Event('change', { bubbles: true }));
  }, []);
  return field;
}

function paintedIn(field: Field): string {
  if (!('options' in field)) return field.defaultValue;
  const options = [...field.options];
  return (options.find((option) => option.defaultSelected) ?? options[0])?.value ?? '';
}
