-- v0007: which documents a reference was trained on, as JSON of CorpusSlice; NULL for a model that
-- says nothing of it. Recorded once, since the file beside the model can be edited.

ALTER TABLE model ADD COLUMN slice TEXT;
