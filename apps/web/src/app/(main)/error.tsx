'use client';

// Inside the rail: the way to other pages stays. Pages without a rail fall to the outermost one.
export { Broken as default } from '@/components/shell/broken';
