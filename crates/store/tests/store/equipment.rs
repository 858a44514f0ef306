use model::id::{EquipmentId, UserId};
use store::{Equipment, EquipmentChange, EquipmentKind, PutEquipmentError, Store};

use crate::{
    databases::on_each_database,
    samples::{at, new_user, with_user},
};

fn equipment(id: u128, owner: Option<UserId>, kind: EquipmentKind, name: &str) -> Equipment {
    Equipment {
        id: EquipmentId::from_random(id),
        owner,
        kind,
        name: name.to_owned(),
        repository: None,
        content: "{}".to_owned(),
        uses: 0,
        version: 1,
        created_at: at(1),
        updated_at: at(1),
    }
}

async fn insert(store: &Store, it: &Equipment) -> Result<(), PutEquipmentError> {
    store.insert_equipment(it, 3).await
}

#[tokio::test]
async fn equipment_is_listed_by_owner_and_kind_in_the_order_of_names() {
    on_each_database(async |store| {
        let ada = with_user(&store).await.id;
        let persona = |id, owner, name| equipment(id, owner, EquipmentKind::Persona, name);
        let rows = [
            persona(1, Some(ada), "b"),
            persona(2, Some(ada), "a"),
            persona(3, None, "a"),
            equipment(4, Some(ada), EquipmentKind::McpServer, "a"),
        ];
        for row in &rows {
            insert(&store, row).await.unwrap();
        }
        let mine = store.equipment_of(Some(ada), EquipmentKind::Persona).await.unwrap();
        assert_eq!(mine, [rows[1].clone(), rows[0].clone()]);
        let hub = store.equipment_of(None, EquipmentKind::Persona).await.unwrap();
        assert_eq!(hub, rows[2..3]);
        assert_eq!(store.equipment(rows[3].id).await.unwrap().as_ref(), Some(&rows[3]));
    })
    .await;
}

#[tokio::test]
async fn a_name_is_taken_once_by_each_owner_but_titles_are_free() {
    on_each_database(async |store| {
        let ada = with_user(&store).await.id;
        let bob = store.create_user(new_user(2)).await.unwrap().id;
        for (n, owner) in [(1, Some(ada)), (2, Some(bob)), (3, None)] {
            let row = equipment(n, owner, EquipmentKind::Persona, "a");
            insert(&store, &row).await.unwrap();
            let again = equipment(n + 10, owner, EquipmentKind::Persona, "a");
            let refused = insert(&store, &again).await.unwrap_err();
            assert!(matches!(refused, PutEquipmentError::NameTaken { .. }), "{refused:?}");
        }
        for n in [20, 21] {
            let file = equipment(n, Some(ada), EquipmentKind::ContextFile, "a");
            insert(&store, &file).await.unwrap();
        }
        insert(&store, &equipment(30, Some(ada), EquipmentKind::Persona, "b")).await.unwrap();
        let change = EquipmentChange {
            name: "a".to_owned(),
            repository: None,
            content: "{}".to_owned(),
            at: at(2),
        };
        let id = EquipmentId::from_random(30);
        let refused = store.change_equipment(Some(ada), EquipmentKind::Persona, id, &change).await;
        assert!(matches!(refused, Err(PutEquipmentError::NameTaken { .. })), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn there_are_no_more_of_a_kind_than_may_be() {
    on_each_database(async |store| {
        let ada = with_user(&store).await.id;
        for n in 0..3 {
            let row = equipment(n, Some(ada), EquipmentKind::Template, "t");
            insert(&store, &row).await.unwrap();
        }
        let refused = insert(&store, &equipment(9, Some(ada), EquipmentKind::Template, "t")).await;
        assert!(matches!(refused, Err(PutEquipmentError::TooMany { most: 3 })), "{refused:?}");
        insert(&store, &equipment(9, None, EquipmentKind::Template, "t")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn only_its_owner_changes_or_deletes_equipment() {
    on_each_database(async |store| {
        let ada = with_user(&store).await.id;
        let bob = store.create_user(new_user(2)).await.unwrap().id;
        let row = equipment(1, Some(ada), EquipmentKind::Persona, "a");
        insert(&store, &row).await.unwrap();
        let change = EquipmentChange {
            name: "b".to_owned(),
            repository: None,
            content: "[]".to_owned(),
            at: at(5),
        };
        let kind = EquipmentKind::Persona;
        for other in [None, Some(bob)] {
            assert!(!store.change_equipment(other, kind, row.id, &change).await.unwrap());
            assert!(!store.delete_equipment(other, kind, row.id).await.unwrap());
        }
        assert!(!store.delete_equipment(Some(ada), EquipmentKind::Template, row.id).await.unwrap());
        assert!(store.change_equipment(Some(ada), kind, row.id, &change).await.unwrap());
        store.count_equipment_uses(&[row.id, EquipmentId::from_random(7)]).await.unwrap();
        let expected = Equipment {
            name: "b".to_owned(),
            content: "[]".to_owned(),
            version: 2,
            uses: 1,
            updated_at: at(5),
            ..row.clone()
        };
        assert_eq!(store.equipment(row.id).await.unwrap(), Some(expected));
        assert!(store.delete_equipment(Some(ada), kind, row.id).await.unwrap());
        assert_eq!(store.equipment(row.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_repository_stays_while_something_is_for_it() {
    on_each_database(async |store| {
        let ada = with_user(&store).await.id;
        let repository = equipment(1, Some(ada), EquipmentKind::Repository, "https://x/y/z");
        insert(&store, &repository).await.unwrap();
        let file = equipment(2, Some(ada), EquipmentKind::ContextFile, "a");
        insert(&store, &Equipment { repository: Some(repository.id), ..file.clone() })
            .await
            .unwrap();
        assert_eq!(store.count_equipment_for(Some(ada), repository.id).await.unwrap(), 1);
        assert_eq!(store.count_equipment_for(None, repository.id).await.unwrap(), 0);
        let kind = EquipmentKind::Repository;
        assert!(store.delete_equipment(Some(ada), kind, repository.id).await.is_err());
        store.delete_equipment(Some(ada), EquipmentKind::ContextFile, file.id).await.unwrap();
        assert!(store.delete_equipment(Some(ada), kind, repository.id).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn with_a_repository_of_everybody_goes_what_users_have_for_it() {
    on_each_database(async |store| {
        let ada = with_user(&store).await.id;
        let kind = EquipmentKind::Repository;
        let repository = equipment(1, None, kind, "https://x/y/z");
        insert(&store, &repository).await.unwrap();
        let about = |it: Equipment| Equipment { repository: Some(repository.id), ..it };
        let theirs = about(equipment(2, Some(ada), EquipmentKind::ContextFile, "a"));
        let of_hub = about(equipment(3, None, EquipmentKind::ContextFile, "b"));
        insert(&store, &theirs).await.unwrap();
        insert(&store, &of_hub).await.unwrap();
        assert!(store.delete_equipment(None, kind, repository.id).await.is_err());
        assert!(store.equipment(theirs.id).await.unwrap().is_some(), "all or nothing");
        store.delete_equipment(None, EquipmentKind::ContextFile, of_hub.id).await.unwrap();
        assert!(store.delete_equipment(None, kind, repository.id).await.unwrap());
        assert_eq!(store.equipment(theirs.id).await.unwrap(), None);
    })
    .await;
}
