'use client';

import { useState } from 'react';
import { TextField } from '@/components/ui/field';
import { slugFromAddress } from '@/features/projects/model/project-slug';

/** The longest name of an organization, characters. */
export const longestOrganizationName = 120;

export interface OrganizationFieldsProps {
  /** What the name is called where it is not alone in its form. */
  readonly label?: string;
  /** Names of the fields in the form. */
  readonly names: { readonly name: string; readonly slug: string };
  readonly errors: { readonly name: string | null; readonly slug: string | null };
}

/** Name and short name of a new organization. The short one follows the other until somebody types one of their own. */
export function OrganizationFields({ label = 'Name', names, errors }: OrganizationFieldsProps) {
  const [slug, setSlug] = useState('');
  const [isOwn, setOwn] = useState(false);
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <TextField
        label={label}
        name={names.name}
        required
        maxLength={longestOrganizationName}
        error={errors.name}
        onChange={(event) => !isOwn && setSlug(slugFromAddress(event.target.value))}
      />
      <TextField
        label="Short name"
        name={names.slug}
        mono
        required
        maxLength={63}
        value={slug}
        onChange={(event) => {
          setSlug(event.target.value);
          setOwn(event.target.value !== '');
        }}
        hint="Part of image addresses; it stays."
        error={errors.slug}
      />
    </div>
  );
}
