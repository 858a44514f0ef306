use agent::policy::{Phase, Unlisted};
use orchestrator::{
    ContextFile, EquipmentError, ForgeKind, Invalid, Learning, LearningState, Persona, PersonaId,
    Repository, StoredPolicy, Template, Whose,
};

use crate::stage::{Stage, without_admin};

fn repository(address: &str) -> Repository {
    Repository::parse(address, ForgeKind::GitHub, None, None).unwrap()
}

fn persona(name: &str) -> Persona {
    Persona::parse(name, None, "Be kind.").unwrap()
}

#[tokio::test]
async fn nobody_sees_changes_or_deletes_what_is_another_s() {
    let stage = Stage::new().await;
    let (ada, eve) = (stage.user("ada").await, stage.user("eve").await);
    let it = &stage.equipment;
    let kept = it
        .put_repository(ada, (None, Whose::Mine), repository("https://x.example/a/b"))
        .await
        .unwrap();
    assert_eq!(it.list::<Repository>(ada.user).await.unwrap().len(), 1);
    assert_eq!(it.list::<Repository>(eve.user).await.unwrap().len(), 0);
    let missing = |it: EquipmentError| matches!(it, EquipmentError::NotFound { .. });
    assert!(missing(it.get::<Repository>(eve.user, kept.id).await.unwrap_err()));
    let other = repository("https://x.example/c/d");
    assert!(missing(
        it.put_repository(eve, (Some(kept.id), Whose::Mine), other).await.unwrap_err()
    ));
    assert!(missing(it.delete::<Repository>(eve, kept.id).await.unwrap_err()));
    // An id of another kind is none of this one.
    assert!(missing(it.delete::<Template>(ada, kept.id).await.unwrap_err()));
    it.delete::<Repository>(ada, kept.id).await.unwrap();
}

#[tokio::test]
async fn the_hub_s_is_everybody_s_and_only_administrators_write_it() {
    let stage = Stage::new().await;
    let (root, ada) = (stage.user("root").await, stage.user("ada").await);
    let it = &stage.equipment;
    let template = || Template::parse("Upgrade", "upgrade", "# Upgrade".to_owned()).unwrap();
    for actor in [ada, without_admin(root)] {
        let refused = it.put_template(actor, (None, Whose::Hub), template()).await.unwrap_err();
        assert!(matches!(refused, EquipmentError::HubOnly), "{refused:?}");
    }
    let kept = it.put_template(root, (None, Whose::Hub), template()).await.unwrap();
    assert_eq!(it.list(ada.user).await.unwrap(), std::slice::from_ref(&kept));
    let refused = it.put_template(ada, (Some(kept.id), Whose::Hub), template()).await.unwrap_err();
    assert!(matches!(refused, EquipmentError::HubOnly), "{refused:?}");
    let refused = it.delete::<Template>(ada, kept.id).await.unwrap_err();
    assert!(matches!(refused, EquipmentError::HubOnly), "{refused:?}");
    let refused = it.put_template(root, (Some(kept.id), Whose::Mine), template()).await;
    assert!(matches!(refused, Err(EquipmentError::Moved { .. })), "{refused:?}");
    let changed = it.put_template(root, (Some(kept.id), Whose::Hub), template()).await.unwrap();
    assert_eq!((changed.version, changed.uses), (2, 0));
    assert_eq!(it.use_template(ada.user, kept.id).await.unwrap().content, template());
    assert_eq!(it.get::<Template>(ada.user, kept.id).await.unwrap().uses, 1);
}

#[tokio::test]
async fn a_repository_names_a_secret_that_is_there() {
    let stage = Stage::new().await;
    let ada = stage.user("ada").await;
    let name = "TOKEN".parse().unwrap();
    let address = "https://x.example/a/b";
    let parsed = Repository::parse(address, ForgeKind::GitHub, None, Some(&name)).unwrap();
    let refused =
        stage.equipment.put_repository(ada, (None, Whose::Mine), parsed.clone()).await.unwrap_err();
    assert!(refused.to_string().contains("TOKEN"), "{refused}");
    stage.secret(ada, "TOKEN", "hunter22").await;
    stage.equipment.put_repository(ada, (None, Whose::Mine), parsed.clone()).await.unwrap();
    let again = repository("https://x.example/a/b.git");
    let refused =
        stage.equipment.put_repository(ada, (None, Whose::Mine), again).await.unwrap_err();
    assert!(matches!(refused, EquipmentError::Put(_)), "{refused:?}");
}

#[tokio::test]
async fn a_repository_for_everybody_is_written_by_administrators_and_names_no_secret() {
    let stage = Stage::new().await;
    let (root, ada) = (stage.user("root").await, stage.user("ada").await);
    let it = &stage.equipment;
    let repository = || repository("https://x.example/a/b");
    for actor in [ada, without_admin(root)] {
        let refused = it.put_repository(actor, (None, Whose::Hub), repository()).await.unwrap_err();
        assert!(matches!(refused, EquipmentError::HubOnly), "{refused:?}");
    }
    stage.secret(root, "TOKEN", "hunter22").await;
    let with_secret = Repository { secret: Some("TOKEN".to_owned()), ..repository() };
    let refused = it.put_repository(root, (None, Whose::Hub), with_secret).await.unwrap_err();
    assert!(matches!(refused, EquipmentError::Invalid(Invalid::SecretOfOne)), "{refused:?}");
    let of_app = Repository { app: true, ..repository() };
    let refused = it.put_repository(ada, (None, Whose::Mine), of_app).await.unwrap_err();
    assert!(matches!(refused, EquipmentError::Invalid(Invalid::AppOfOne)), "{refused:?}");
    let kept = it.put_repository(root, (None, Whose::Hub), repository()).await.unwrap();
    assert_eq!(it.list(ada.user).await.unwrap(), std::slice::from_ref(&kept));
    let change = it.put_repository(ada, (Some(kept.id), Whose::Mine), repository()).await;
    assert!(matches!(change, Err(EquipmentError::HubOnly)), "{change:?}");
    // The same address is another thing where it is somebody's own.
    it.put_repository(ada, (None, Whose::Mine), repository()).await.unwrap();
}

#[tokio::test]
async fn what_people_keep_for_everybody_s_repository_does_not_hold_it() {
    let stage = Stage::new().await;
    let (root, ada) = (stage.user("root").await, stage.user("ada").await);
    let it = &stage.equipment;
    let kept = repository("https://x.example/a/b");
    let kept = it.put_repository(root, (None, Whose::Hub), kept).await.unwrap();
    let file = || ContextFile::parse("# Style".to_owned(), Some(kept.id)).unwrap();
    it.put_context_file(ada, (None, Whose::Mine), file()).await.unwrap();
    let of_hub = it.put_context_file(root, (None, Whose::Hub), file()).await.unwrap();
    let refused = it.delete::<Repository>(root, kept.id).await.unwrap_err();
    assert!(matches!(refused, EquipmentError::InUse { count: 1, .. }), "{refused:?}");
    it.delete::<ContextFile>(root, of_hub.id).await.unwrap();
    it.delete::<Repository>(root, kept.id).await.unwrap();
    assert_eq!(it.list::<ContextFile>(ada.user).await.unwrap(), []);
}

#[tokio::test]
async fn two_personas_come_with_the_product_and_stay() {
    let stage = Stage::new().await;
    let (root, ada) = (stage.user("root").await, stage.user("ada").await);
    let it = &stage.equipment;
    let planner = PersonaId::BuiltIn(Phase::Planning);
    let names = async || {
        let all = it.personas(ada.user).await.unwrap();
        all.into_iter().map(|it| (it.id.to_string(), it.persona.name)).collect::<Vec<_>>()
    };
    let pair = |id: &str, name: &str| (id.to_owned(), name.to_owned());
    let developer = pair("developer", "Developer");
    assert_eq!(names().await, [pair("planner", "Planner"), developer.clone()]);

    let put = |actor, whose, name| it.put_persona(actor, (Some(planner), whose), persona(name));
    let refused = put(ada, Whose::Mine, "Mine").await.unwrap_err();
    assert!(matches!(refused, EquipmentError::Invalid(Invalid::BuiltInIsHubs)), "{refused:?}");
    assert!(matches!(put(ada, Whose::Hub, "Mine").await, Err(EquipmentError::HubOnly)));
    for name in ["Architect", "Planner 2"] {
        assert_eq!(put(root, Whose::Hub, name).await.unwrap().id, planner);
        assert_eq!(names().await, [pair("planner", name), developer.clone()]);
    }
    let refused = it.delete_persona(root, planner).await.unwrap_err();
    assert!(matches!(refused, EquipmentError::BuiltIn { .. }), "{refused:?}");

    let own = it.put_persona(ada, (None, Whose::Mine), persona("Tester")).await.unwrap();
    assert_eq!(names().await.last().unwrap(), &pair(&own.id.to_string(), "Tester"));
    it.delete_persona(ada, own.id).await.unwrap();
    assert_eq!(names().await.len(), 2);
}

#[tokio::test]
async fn an_agent_is_told_the_persona_the_files_for_its_repository_and_what_was_learned() {
    let stage = Stage::new().await;
    let (root, ada) = (stage.user("root").await, stage.user("ada").await);
    let it = &stage.equipment;
    let here = it
        .put_repository(ada, (None, Whose::Mine), repository("https://x.example/a/b"))
        .await
        .unwrap()
        .id;
    let there = it
        .put_repository(ada, (None, Whose::Mine), repository("https://x.example/c/d"))
        .await
        .unwrap()
        .id;
    for (actor, whose, text, repository) in [
        (ada, Whose::Mine, "# Mine\n\nSee `src/main.rs`.", None),
        (ada, Whose::Mine, "# Here", Some(here)),
        (ada, Whose::Mine, "# There", Some(there)),
        (root, Whose::Hub, "# Hub", None),
    ] {
        let file = ContextFile::parse(text.to_owned(), repository).unwrap();
        it.put_context_file(actor, (None, whose), file).await.unwrap();
    }
    let learning = |pattern: &str, files: &[&str]| {
        let files = files.iter().map(|it| (*it).to_owned()).collect();
        Learning::parse(pattern, "Do it so.", files).unwrap()
    };
    it.put_learning(ada, None, learning("of anything", &[])).await.unwrap();
    it.put_learning(ada, None, learning("of main", &["src"])).await.unwrap();
    let tester = it.put_persona(ada, (None, Whose::Mine), persona("Tester")).await.unwrap().id;

    let told = it.briefing_for(ada.user, here, (Phase::Planning, Some(tester))).await.unwrap();
    let told = told.briefing();
    let titles: Vec<_> = told.files.iter().map(|it| it.title.as_deref().unwrap()).collect();
    assert_eq!(titles, ["Hub", "Here", "Mine"]);
    assert_eq!(told.persona.name, "Tester");
    let patterns: Vec<_> = told.learnings.iter().map(|it| it.pattern.as_str()).collect();
    assert_eq!(patterns, ["of main", "of anything"]);
    assert!(it.list::<Learning>(ada.user).await.unwrap().iter().all(|it| it.uses == 1));

    it.delete_persona(ada, tester).await.unwrap();
    let told = it.briefing_for(ada.user, here, (Phase::Planning, Some(tester))).await.unwrap();
    assert_eq!(told.briefing().persona.name, "Planner");
    let refused = it.delete::<Repository>(ada, here).await.unwrap_err();
    assert!(matches!(refused, EquipmentError::InUse { count: 1, .. }), "{refused:?}");
}

#[tokio::test]
async fn what_is_learned_again_is_kept_once() {
    let stage = Stage::new().await;
    let ada = stage.user("ada").await;
    let it = &stage.equipment;
    let learning = |pattern: &str, solution: &str, file: &str| {
        Learning::parse(pattern, solution, vec![file.to_owned()]).unwrap()
    };
    let first = it.put_learning(ada, None, learning("A b", "one", "x")).await.unwrap();
    let second = it.put_learning(ada, None, learning("a  B", "two", "y")).await.unwrap();
    assert_eq!((second.id, second.version), (first.id, 2));
    assert_eq!(second.content.solution, "two");
    assert_eq!(second.content.files, ["y", "x"]);
    let other = it.put_learning(ada, None, learning("c", "three", "x")).await.unwrap();
    let refused = it.put_learning(ada, Some(other.id), learning("A B", "four", "x")).await;
    assert!(matches!(refused, Err(EquipmentError::Put(_))), "{refused:?}");
}

#[tokio::test]
async fn whoever_edits_or_keeps_a_learning_must_have_it() {
    let stage = Stage::new().await;
    let (ada, eve) = (stage.user("ada").await, stage.user("eve").await);
    let it = &stage.equipment;
    let learning = || Learning::parse("A b", "one", Vec::new()).unwrap();
    let kept = it.put_learning(ada, None, learning()).await.unwrap();
    assert_eq!(kept.content.state, LearningState::Kept);
    let refused = it.keep_learning(eve, kept.id).await.unwrap_err();
    assert!(matches!(refused, EquipmentError::NotFound { .. }), "{refused:?}");
    assert_eq!(it.keep_learning(ada, kept.id).await.unwrap().content, kept.content);
}

#[tokio::test]
async fn a_learning_is_found_by_all_words_of_it_in_any_case() {
    let stage = Stage::new().await;
    let ada = stage.user("ada").await;
    let it = &stage.equipment;
    for (pattern, file) in [("Port 80 is taken", "src/net.rs"), ("Tests hang", "tests/all.rs")] {
        let learning = Learning::parse(pattern, "Wait.", vec![file.to_owned()]).unwrap();
        it.put_learning(ada, None, learning).await.unwrap();
    }
    for (search, count) in
        [("", 2), ("PORT taken", 1), ("wait", 2), ("net.rs", 1), ("port hang", 0)]
    {
        let found = it.search_learnings(ada.user, search).await.unwrap();
        assert_eq!(found.len(), count, "{search}");
    }
}

#[tokio::test]
async fn a_policy_is_the_product_s_until_somebody_sets_theirs() {
    let stage = Stage::new().await;
    let ada = stage.user("ada").await;
    let it = &stage.equipment;
    assert_eq!(it.tool_policy(ada.user).await.unwrap(), None);
    it.reset_tool_policy(ada).await.unwrap();
    let allow = ["Read".to_owned(), "Bash(npm test:*)".to_owned()];
    let lists = StoredPolicy::lists(&allow, &[], Unlisted::Deny).unwrap();
    let policy = StoredPolicy { planning: lists.clone(), ..StoredPolicy::default() };
    it.set_tool_policy(ada, policy.clone()).await.unwrap();
    it.set_tool_policy(ada, policy.clone()).await.unwrap();
    assert_eq!(it.tool_policy(ada.user).await.unwrap(), Some(policy));
    it.reset_tool_policy(ada).await.unwrap();
    assert_eq!(it.tool_policy(ada.user).await.unwrap(), None);
    let refused = StoredPolicy::lists(&["Bash(".to_owned()], &[], Unlisted::Ask).unwrap_err();
    assert!(refused.to_string().contains("Bash("), "{refused}");
}
