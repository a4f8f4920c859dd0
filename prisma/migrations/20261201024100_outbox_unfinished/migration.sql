-- Work that ends its process never comes to the place where its tries are counted, so a taking counts what became of the one before.
ALTER TABLE "outbox" ADD COLUMN     "unfinished" INTEGER NOT NULL DEFAULT 0;
