-- CreateTable
CREATE TABLE "installation" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "home_organization_id" TEXT,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- The trusted pool stays with the organization whose builds it took first.
INSERT INTO "installation" ("id", "home_organization_id")
SELECT 1, o."id" FROM "organization" o
LEFT JOIN LATERAL (
  SELECT min(a."dispatched_at") AS first FROM "attempt" a JOIN "build" b ON b."id" = a."build_id"
  WHERE b."organization_id" = o."id" AND a."lane" = 'trusted'
) built ON true
ORDER BY built.first NULLS LAST, EXISTS (SELECT FROM "project" p WHERE p."organization_id" = o."id") DESC, o."createdAt", o."id"
LIMIT 1;
