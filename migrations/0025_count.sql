-- How many are in a conversation now, kept where people come and go: a picture of hundreds of large rooms need not count them.
ALTER TABLE conversation ADD COLUMN members INTEGER NOT NULL DEFAULT 0;
UPDATE conversation SET members =
    (SELECT count(*) FROM member m WHERE m.application = conversation.application AND m.conversation = conversation.id AND m.left IS NULL);

CREATE TRIGGER member_came AFTER INSERT ON member WHEN new.left IS NULL BEGIN
    UPDATE conversation SET members = members + 1 WHERE application = new.application AND id = new.conversation;
END;
CREATE TRIGGER member_moved AFTER UPDATE OF left ON member WHEN (old.left IS NULL) <> (new.left IS NULL) BEGIN
    UPDATE conversation SET members = members + (new.left IS NULL) - (old.left IS NULL)
    WHERE application = new.application AND id = new.conversation;
END;
