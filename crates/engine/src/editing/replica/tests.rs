use proptest::prelude::*;

use super::*;

/// Somebody who edits a copy of their own.
struct Person {
    doc: Doc,
    text: TextRef,
}

impl Person {
    fn new(client: u64) -> Self {
        let options = Options {
            offset_kind: OffsetKind::Utf16,
            ..Options::with_client_id(ClientID::new(client))
        };
        let doc = Doc::with_options(options);
        let text = doc.get_or_insert_text(TEXT);
        Self { doc, text }
    }

    fn hear(&self, update: &[u8]) {
        self.doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
    }

    /// Removes and inserts at a place between two characters.
    fn edit(&self, at: usize, removed: usize, inserted: &str) -> Vec<u8> {
        let text = self.text();
        let places: Vec<usize> = text.char_indices().map(|it| it.0).chain([text.len()]).collect();
        let from = at % places.len();
        let to = (from + removed).min(places.len() - 1);
        let length = units(&text[places[from]..places[to]]);
        let from = units(&text[..places[from]]);
        let mut transaction = self.doc.transact_mut();
        self.text.remove_range(&mut transaction, from, length);
        self.text.insert(&mut transaction, from, inserted);
        transaction.encode_update_v1()
    }

    fn text(&self) -> String {
        self.text.get_string(&self.doc.transact())
    }

    /// Exchanges all that one side has and the other has not.
    fn meet(&self, replica: &mut Replica, generation: u32) {
        let clocks = self.doc.transact().state_vector().encode_v1();
        self.hear(&replica.lacked_by(&clocks, generation).unwrap());
        let theirs = StateVector::decode_v1(&replica.state_vector()).unwrap();
        let update = self.doc.transact().encode_diff_v1(&theirs);
        replica.apply(&update).unwrap();
    }
}

const GENERATION: u32 = 77;

fn joined(replica: &mut Replica, client: u64) -> Person {
    let person = Person::new(client);
    person.meet(replica, GENERATION);
    assert_eq!(person.text(), replica.text());
    person
}

#[test]
fn a_text_survives_being_stored() {
    let mut replica = Replica::new(GENERATION, "# Tïtle 🦀\r\n");
    let ada = joined(&mut replica, 1);
    replica.apply(&ada.edit(3, 2, "new")).unwrap();
    let mut again = Replica::load(&replica.state()).unwrap();
    assert_eq!(again.text(), replica.text());
    assert_eq!(again.state(), replica.state());
    // Ada goes on where she was.
    again.apply(&ada.edit(0, 0, "more ")).unwrap();
    assert_eq!(again.text(), ada.text());
}

#[test]
fn an_empty_text_has_a_history_too() {
    let mut replica = Replica::new(GENERATION, "");
    let ada = joined(&mut replica, 1);
    let clocks = ada.doc.transact().state_vector().encode_v1();
    let other = Replica::new(GENERATION + 1, "");
    assert_eq!(other.lacked_by(&clocks, GENERATION + 1), Err(Refusal::OtherHistory));
    replica.lacked_by(&clocks, GENERATION).unwrap();
}

#[test]
fn a_change_without_those_before_it_is_not_made() {
    let mut replica = Replica::new(GENERATION, "text");
    let ada = joined(&mut replica, 1);
    let first = ada.edit(0, 0, "a");
    let second = ada.edit(1, 0, "b");
    assert!(matches!(replica.apply(&second), Err(Unapplied::Missing)));
    assert_eq!(replica.text(), "text");
    replica.apply(&first).unwrap();
    replica.apply(&second).unwrap();
    assert_eq!(replica.text(), "abtext");
    assert_eq!(replica.apply(&second).unwrap(), None, "nothing is new in it");
}

#[test]
fn a_text_that_grows_over_the_limit_is_spoiled_and_one_that_is_replaced_is_not() {
    let mut replica = Replica::new(GENERATION, &"x".repeat(MAX_CONTENT_BYTES - 10));
    let ada = joined(&mut replica, 1);
    let replaced = ada.edit(0, 5_000_000, &"é".repeat(2_000_000));
    replica.apply(&replaced).unwrap();
    let grown = ada.edit(0, 0, &"y".repeat(2_000_000));
    let refused = replica.apply(&grown);
    assert!(matches!(refused, Err(Unapplied::Spoiled(Refusal::TooLarge { .. }))), "{refused:?}");
}

#[test]
fn who_comes_again_and_again_with_all_they_know_wears_nothing_out() {
    let mut replica = Replica::new(GENERATION, &"x".repeat(6_000));
    let ada = joined(&mut replica, 1);
    for at in 0..1_500 {
        // Holes that stay apart.
        replica.apply(&ada.edit(at * 3, 1, "")).unwrap();
    }
    let all = ada.doc.transact().encode_diff_v1(&StateVector::default());
    for _ in 0..200 {
        assert_eq!(replica.apply(&all).unwrap(), None);
    }
    assert!(replica.parts < 10_000, "{}", replica.parts);
    replica.apply(&ada.edit(0, 0, "on")).unwrap();
    assert_eq!(replica.text(), ada.text());
}

#[test]
fn the_least_change_keeps_what_others_type_beside_it() {
    let mut replica = Replica::new(GENERATION, "one\ntwo 🦀\nthree\n");
    let ada = joined(&mut replica, 1);
    let typed = ada.edit(5, 0, "XX");
    let heard = replica.edit_to("ONE\ntwo 🦀\nthree and\nfour\n").unwrap();
    replica.apply(&typed).unwrap();
    ada.hear(&heard);
    assert_eq!(replica.text(), "ONE\ntXXwo 🦀\nthree and\nfour\n");
    assert_eq!(ada.text(), replica.text());
    assert_eq!(replica.edit_to(&ada.text()), None);
}

#[test]
fn one_who_deletes_what_others_wrote_in_the_middle_of_a_character_harms_nobody() {
    let mut replica = Replica::new(GENERATION, "");
    let ada = joined(&mut replica, 1);
    replica.apply(&ada.edit(0, 0, "a🦀b")).unwrap();
    // Half of the crab, which is characters 1 and 2 of client 1.
    let heard = replica.apply(&[0, 1, 1, 1, 1, 1]).unwrap().unwrap();
    ada.hear(&heard);
    assert_eq!(ada.text(), "a\u{fffd}b");
    assert_eq!(replica.text(), ada.text());
    assert_eq!(Replica::load(&replica.state()).unwrap().text(), ada.text());
}

#[derive(Clone, Debug)]
enum Step {
    Edit { who: usize, at: usize, removed: usize, inserted: String },
    Online { who: usize },
    Offline { who: usize },
    Save { text: String },
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let inserted =
        prop::sample::select(vec!["", "a", "é", "🦀", "line\n", "```sh\nls\n```\n", "\r\n"]);
    let who = 0..2_usize;
    let step = prop_oneof![
        8 => (who.clone(), 0..200_usize, 0..9_usize, inserted.clone()).prop_map(
            |(who, at, removed, inserted)| Step::Edit {
                who,
                at,
                removed,
                inserted: inserted.to_owned(),
            }
        ),
        2 => who.clone().prop_map(|who| Step::Online { who }),
        2 => who.prop_map(|who| Step::Offline { who }),
        1 => prop::collection::vec(inserted, 0..9).prop_map(|it| Step::Save { text: it.concat() }),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 0..60)
}

proptest! {
    #[test]
    fn whatever_two_do_online_and_offline_they_meet_in_one_text(steps in steps()) {
        let mut replica = Replica::new(GENERATION, "# Title\n\n```sh\necho 🦀\n```\n");
        let people = [joined(&mut replica, 1), joined(&mut replica, 2)];
        let mut online = [true, true];
        for step in steps {
            match step {
                Step::Edit { who, at, removed, inserted } => {
                    let update = people[who].edit(at, removed, &inserted);
                    if online[who]
                        && let Some(heard) = replica.apply(&update).unwrap()
                        && online[1 - who]
                    {
                        people[1 - who].hear(&heard);
                    }
                }
                Step::Online { who } if !online[who] => {
                    people[who].meet(&mut replica, GENERATION);
                    online[who] = true;
                    let clocks = people[1 - who].doc.transact().state_vector().encode_v1();
                    if online[1 - who] {
                        people[1 - who].hear(&replica.lacked_by(&clocks, GENERATION).unwrap());
                    }
                }
                Step::Online { .. } => {}
                Step::Offline { who } => online[who] = false,
                Step::Save { text } => {
                    let heard = replica.edit_to(&text);
                    prop_assert_eq!(replica.text(), text);
                    for (person, _) in people.iter().zip(online).filter(|it| it.1) {
                        heard.iter().for_each(|it| person.hear(it));
                    }
                }
                Step::Restart => replica = Replica::load(&replica.state()).unwrap(),
            }
        }
        people.iter().for_each(|it| it.meet(&mut replica, GENERATION));
        people.iter().for_each(|it| it.meet(&mut replica, GENERATION));
        prop_assert_eq!(people[0].text(), replica.text());
        prop_assert_eq!(people[1].text(), replica.text());
        prop_assert_eq!(Replica::load(&replica.state()).unwrap().text(), replica.text());
    }

    #[test]
    fn a_mutilated_change_is_refused_or_does_no_harm(
        edits in prop::collection::vec((0..99_usize, 0..9_usize, "[a-z🦀]{0,6}"), 1..9),
        wounds in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut replica = Replica::new(GENERATION, "some text 🦀 to begin with");
        let ada = joined(&mut replica, 1);
        for (at, removed, inserted) in edits {
            let mut update = ada.edit(at, removed, &inserted);
            for (place, byte) in &wounds {
                let at = place.index(update.len());
                update[at] = *byte;
            }
            match replica.apply(&update) {
                Ok(_) | Err(Unapplied::Missing | Unapplied::Refused(_)) => {}
                Err(Unapplied::Spoiled(why)) => {
                    return Err(TestCaseError::fail(format!("spoiled: {why}")));
                }
            }
        }
        // What no editor sends may read otherwise from a state than as it came; what is stored can be loaded,
        // and the text of the revision is put in its place then.
        prop_assert!(Replica::load(&replica.state()).is_ok());
    }
}
